"""Pushes from networks that have one way out: http_proxy, https_proxy, NO_PROXY."""

from nixlab.certificates import Authority
from nixlab.forward_proxy import ForwardProxy
from nixlab.pushing import PushTest
from nixlab.registry import OTHER_NAME

LOGIN = "employee:secret-of-a-proxy"


class ProxyTest(PushTest):
    same_for_all_image_stores = True

    def assert_pushed(self, pushed) -> None:
        pushed.check()
        self.assertEqual(pushed.stdout, f"Pushed {self.name}@{self.registry.tags('team/app')['1']}\n")


class WithTls(ProxyTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.machine, self.new_work_folder())
        self.registry = self.open_registry(authority=self.authority)
        self.name = f"{self.registry.name}/team/app:1"

    def push_by(self, **variables: str):
        return self.push(self.name, "--registry-ca", self.authority.file, env=variables)

    def assert_tunnels(self, proxy: ForwardProxy) -> None:
        self.assertEqual(set(proxy.told()), {f"CONNECT {self.registry.name}"})

    def test_through_it(self):
        for variable in ("https_proxy", "HTTPS_PROXY"):
            with self.subTest(variable), ForwardProxy(self.machine) as proxy:
                self.assert_pushed(self.push_by(**{variable: proxy.url}))
                self.assert_tunnels(proxy)

    def test_with_a_login(self):
        with ForwardProxy(self.machine, LOGIN) as proxy:
            pushed = self.push_by(https_proxy=proxy.url)
            self.assert_pushed(pushed)
            self.assert_tunnels(proxy)
        self.assertNotIn(LOGIN.partition(":")[2], pushed.stderr)

    def test_not_for_this_name(self):
        for variable in ("no_proxy", "NO_PROXY"):
            with self.subTest(variable), ForwardProxy(self.machine) as proxy:
                self.assert_pushed(self.push_by(https_proxy=proxy.url, **{variable: f"example.org,{OTHER_NAME}"}))
                self.assertEqual(proxy.told(), [])

    def test_login_is_wrong(self):
        with ForwardProxy(self.machine, LOGIN) as proxy:
            failed = self.push_by(https_proxy=f"http://employee:wrong-secret@127.0.0.1:{proxy.port}")
            # Not again and again: that would lock somebody out.
            self.assertEqual(len(proxy.told()), 1)
        self.assert_fails(failed, self.registry.name, "407", "wants a login")
        self.assertNotIn("wrong-secret", failed.stderr)
        self.assertEqual(self.registry.tags("team/app"), {})

    def test_nothing_there(self):
        failed = self.push_by(https_proxy="http://employee:wrong-secret@127.0.0.1:9")
        self.assert_fails(failed, self.registry.name, "127.0.0.1")
        self.assertNotIn("wrong-secret", failed.stderr)
        self.assertEqual(self.registry.tags("team/app"), {})


class WithoutTls(ProxyTest):
    def setUp(self):
        super().setUp()
        self.registry = self.open_registry()
        # Only the proxy knows where that is.
        self.name = f"elsewhere.example:{self.registry.port}/team/app:1"

    def test_through_it(self):
        with ForwardProxy(self.machine) as proxy:
            variables = {"http_proxy": proxy.url, "https_proxy": proxy.url}
            self.assert_pushed(self.push(self.name, "--insecure", env=variables))
            address = f"http://{self.name.partition('/')[0]}"
            self.assertIn(f"PUT {address}/v2/team/app/manifests/1", proxy.told())
            shown = self.nixbuild("imagetools", "inspect", "--insecure", self.name, env=variables).check()
        self.assertIn(self.registry.tags("team/app")["1"], shown.stdout)

    def test_this_machine_needs_none(self):
        self.name = f"{self.registry.name}/team/app:1"
        with ForwardProxy(self.machine) as proxy:
            variables = {"http_proxy": proxy.url, "https_proxy": proxy.url, "NO_PROXY": "localhost"}
            self.assert_pushed(self.push(self.name, env=variables))
            self.assertEqual(proxy.told(), [])
