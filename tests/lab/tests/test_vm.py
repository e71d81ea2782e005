"""Engines in a VM on the user's machine, as Colima and Lima run them: built and loaded inside it."""

import json

from nixlab.engine import Engine
from nixlab.locations import FLAKES
from nixlab.process import Process, Result
from nixlab.vm import (
    COLIMA_INSTANCE,
    COLIMA_SOCKET,
    ELSEWHERE,
    LIMA_INSTANCE,
    LIMA_SOCKET,
    LIMACTL,
    MOUNTED,
    READ_ONLY,
    VmTest,
)

TRANSFER = "transfer sources"  # the step that brings files
MARK = ".docker-nixbuild-seen-"
TREES = "/root/.cache/docker-nixbuild/sources/trees"
UNUSUAL_NAMES = ("white space", "line\nend", "-dash", "q?m=1&x#y%41", "'\"$(x)", "ünï", "*")


class ColimaTest(VmTest):
    """Built through the context "colima"."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.vm.add_instance("colima", COLIMA_INSTANCE, COLIMA_SOCKET)
        tunnel = cls.vm.forward(COLIMA_SOCKET, "/var/run/docker.sock")
        cls.addClassCleanup(tunnel.kill)

    def nixbuild(self, *words: str, **options) -> Result:
        return self.docker("--context", "colima", "nixbuild", "--progress=plain", *words, **options)

    def build(self, *words: str, sent: bool, **options) -> str:
        """The ID of the image that came of it, and whether files had to be sent."""
        built = self.nixbuild("-t", "built:1", *words, **options).check()
        (self.assertIn if sent else self.assertNotIn)(TRANSFER, built.stderr, built)
        return self.image_id("built:1")

    def git(self, folder: str, *words: str) -> None:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
        self.machine.exec(["git", *identity, *words], cwd=folder).check()

    def new_project(self, parent: str, name: str = "project") -> str:
        """A committed work tree of the flake "source" in a new folder below `parent`."""
        project = f"{self.machine.new_folder(within=parent)}/{name}"
        self.machine.copy_in(FLAKES / "source", project)
        for file in UNUSUAL_NAMES:
            self.outside(f"{project}/{file}").write_text(f"of {file}")
        program = self.outside(f"{project}/program")
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        self.outside(f"{project}/link").symlink_to("flake.nix")
        self.outside(f"{project}/dangling").symlink_to("nowhere")
        self.machine.copy_in(FLAKES / "source", f"{project}/sub")
        self.git(project, "init", "-q")
        self.git(project, "add", ".")
        self.git(project, "commit", "-q", "-m", "First")
        self.outside(f"{project}/untracked").write_text("not for Nix")
        return project

    def copy_unseen(self, project: str) -> str:
        """The same work tree, times included, where the VM does not see it."""
        folder = self.machine.new_folder()
        self.machine.exec(["cp", "-a", project, folder]).check()
        return f"{folder}/{project.rpartition('/')[2]}"

    def assert_no_mark(self, folder: str) -> None:
        for place in (self.outside(folder), self.outside(f"{folder}/.git")):
            names = [file.name for file in place.iterdir()] if place.exists() else []
            self.assertFalse([name for name in names if name.startswith(MARK)], names)


class Colima(ColimaTest):
    def test_image_is_built_and_loaded_in_the_vm(self):
        self.work = self.flake("hello")
        built = self.nixbuild(".#streamImage").check()
        self.assertEqual(built.stdout, "Loaded image: nixbuild-hello:1.0\n")
        self.assertEqual(self.engine.api.tags(), {"nixbuild-hello:1.0"})
        ran = self.docker("--context", "colima", "run", "--rm", "--network=none", "nixbuild-hello:1.0").check()
        self.assertEqual(ran.stdout, "Hello from Nix\n")

    def test_info_tells_of_the_vm(self):
        shown = self.docker("--context", "colima", "nixbuild", "info").check().stdout
        self.assertIn(f"Colima 'default' (the engine's socket is {COLIMA_SOCKET})", shown)

    def test_a_sent_work_tree_gives_the_image_of_one_in_place(self):
        project = self.new_project(MOUNTED)
        copy = self.copy_unseen(project)
        for reference in (".", ".?dir=sub", "path:.", "./sub"):
            with self.subTest(reference):
                in_place = self.build(reference, sent=False, cwd=project)
                self.assertEqual(self.build(reference, sent=True, cwd=copy), in_place)
        self.assert_no_mark(project)

    def test_the_flake_is_told_its_commit(self):
        copy = self.copy_unseen(self.new_project(MOUNTED))
        self.build(".", sent=True, cwd=copy)
        commit = self.machine.exec(["git", "rev-parse", "HEAD"], cwd=copy).check().stdout.strip()
        told = [file.read_text() for file in self.server.path("/nix/store").glob("*-source-facts/facts")]
        self.assertTrue(any(f"rev={commit}\n" in facts for facts in told), told)

    def test_changes_of_a_work_tree_arrive_and_are_warned_of(self):
        project = self.new_project(MOUNTED)
        self.edit(f"{project}/program", "#!/bin/sh", "#!/bin/bash")
        copy = self.copy_unseen(project)
        self.assertEqual(self.build(".", sent=True, cwd=copy), self.build(".", sent=False, cwd=project))
        for folder in (project, copy):
            built = self.nixbuild("--refresh", ".", cwd=folder).check()
            self.assertIn(f"Git tree '{folder}' is dirty", built.stderr)

    def test_submodules_come_when_asked_for(self):
        part = self.new_project(MOUNTED, "part")
        project = self.new_project(MOUNTED)
        self.git(project, "submodule", "--quiet", "add", part, "part")
        self.git(project, "commit", "-q", "-m", "With a part")
        copy = self.copy_unseen(project)
        without = self.build(".", sent=True, cwd=copy)
        with_part = self.build(".?submodules=1", sent=True, cwd=copy)
        self.assertNotEqual(with_part, without)
        self.assertEqual(without, self.build(".", sent=False, cwd=project))
        self.assertEqual(with_part, self.build(".?submodules=1", sent=False, cwd=project))

    def test_overridden_inputs_are_used_in_place_or_sent(self):
        project = self.machine.new_folder(within=MOUNTED)
        text = '{ inputs.other.url = "path:/nowhere"; outputs = { self, other }: { inherit (other) packages; }; }'
        self.outside(f"{project}/flake.nix").write_text(text)
        other = self.new_project(MOUNTED)
        in_place = self.build("--override-input", "other", other, "path:.", sent=False, cwd=project)
        copy = self.copy_unseen(other)
        self.assertEqual(self.build("--override-input", "other", copy, "path:.", sent=True, cwd=project), in_place)

    def test_another_folder_of_the_same_name_is_not_used(self):
        project = f"{ELSEWHERE}/project"
        self.machine.copy_in(FLAKES / "hello", project)
        self.server.copy_in(FLAKES / "hello", project)
        self.edit(f"{project}/contents.nix", "Hello from Nix", "Hello from the client")
        self.build(f"path:{project}#streamImage", sent=True)
        ran = self.docker("--context", "colima", "run", "--rm", "--network=none", "built:1").check()
        self.assertEqual(ran.stdout, "Hello from the client\n")

    def test_a_lock_file_is_written_only_where_it_may(self):
        text = '{ inputs.other.url = "path:/flakes/programs"; outputs = { self, other }: { inherit (other) packages; }; }'
        for parent, locked in ((MOUNTED, True), (READ_ONLY, False)):
            with self.subTest(parent):
                project = self.machine.new_folder(within=parent)
                self.outside(f"{project}/flake.nix").write_text(text)
                self.build(f"path:{project}#script", sent=False)
                names = {file.name for file in self.outside(project).iterdir()}
                self.assertEqual(names, {"flake.nix", "flake.lock"} if locked else {"flake.nix"})

    def test_a_work_tree_that_the_vm_may_not_write_to_is_used_in_place(self):
        project = self.new_project(READ_ONLY)
        self.build(".", sent=False, cwd=project)
        self.assert_no_mark(project)

    def test_a_folder_that_the_client_may_not_write_to_is_sent(self):
        project = self.new_project(MOUNTED)
        self.machine.exec(["mount", "--bind", "-o", "ro", project, project]).check()
        self.addCleanup(lambda: self.machine.exec(["umount", project]).check())
        self.build(".", sent=True, cwd=project)

    def test_another_users_work_tree_is_sent(self):
        project = self.new_project(MOUNTED)
        self.git(project, "config", "--global", "--add", "safe.directory", project)
        self.machine.exec(["chown", "-R", "1000", project]).check()
        self.build(".", sent=True, cwd=project)
        self.assert_no_mark(project)

    def test_no_git_is_needed_in_the_vm(self):
        git = self.server.path("/usr/bin/git")
        git.rename(git.with_name("git-hidden"))
        self.addCleanup(lambda: git.with_name("git-hidden").rename(git))
        project = self.new_project(MOUNTED)
        self.build(".", sent=False, cwd=project)
        self.build(".", sent=True, cwd=self.copy_unseen(project))

    def test_another_revision_is_found_only_in_place(self):
        project = self.new_project(MOUNTED)
        commit = self.machine.exec(["git", "rev-parse", "HEAD"], cwd=project).check().stdout.strip()
        self.build(f"git+file:.?rev={commit}", sent=False, cwd=project)
        refused = self.nixbuild(f"git+file:.?rev={commit}", cwd=self.copy_unseen(project))
        self.assert_fails(refused, "names a revision of a repository on this machine")


class SeveralEngines(ColimaTest):
    """A second engine in the VM, as that of a user without root is."""

    GUEST_SOCKET = "/run/user/1000/docker.sock"

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.second = Engine(cls.server, cls.lab.lane.image_store, "second")
        cls.second.start()
        cls.addClassCleanup(cls.second.stop)
        cls.server.exec(["mkdir", "-p", "/run/user/1000"]).check()
        cls.server.exec(["ln", "-s", cls.second.socket, cls.GUEST_SOCKET]).check()

    def setUp(self) -> None:
        super().setUp()
        self.second.api.remove_everything()
        self.work = self.flake("hello")

    def tunnel(self, socket: str, guest_socket: str) -> Process:
        tunnel = self.vm.forward(socket, guest_socket)
        self.addCleanup(tunnel.kill)
        return tunnel

    def test_a_tunnel_to_another_engine_is_noticed(self):
        wrong = "/root/.colima/wrong/docker.sock"
        self.vm.add_instance("wrong", "/root/.colima/_lima/colima-wrong", wrong)
        self.tunnel(wrong, self.GUEST_SOCKET)
        built = self.docker("--context", "wrong", "nixbuild", ".#streamImage")
        # Podman has another ID in each answer.
        engines = [] if self.engine.store == "podman" else (self.engine, self.second)
        self.assert_fails(built, *(engine.api.info()["ID"] for engine in engines), "Colima wrong", "'wrong'")

    def test_limactl_tells_the_socket_in_the_vm(self):
        self.vm.add_instance("lima-default", LIMA_INSTANCE, LIMA_SOCKET)
        self.tunnel(LIMA_SOCKET, self.GUEST_SOCKET)
        self.vm.answer_of_limactl(self.GUEST_SOCKET)
        self.addCleanup(self.outside(LIMACTL).unlink)
        self.docker("--context", "lima-default", "nixbuild", ".#streamImage").check()
        self.assertEqual(self.second.api.tags(), {"nixbuild-hello:1.0"})
        self.assertEqual(self.engine.api.tags(), set())


class Traffic(ColimaTest):
    """What goes through the transport."""

    FILES = 5000
    FILE_BYTES = 100_000

    def sent_bytes(self) -> int:
        (counter,) = self.machine.path("/sys/class/net").glob("lab*/statistics/tx_bytes")
        return int(counter.read_text())

    def test_of_a_known_tree_only_what_changed_is_sent(self):
        project = self.machine.copy_in(FLAKES / "hello", f"{self.work}/large")
        for number in range(self.FILES):
            file = self.outside(f"{project}/part-{number % 50}/a-file-of-the-project-{number}")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"file {number}\n")
        self.build(f"path:{project}#streamImage", sent=True)

        before = self.sent_bytes()
        self.build(f"path:{project}#streamImage", sent=True)
        unchanged = self.sent_bytes() - before
        self.assertLess(unchanged, 32 << 10)

        changed = self.outside(f"{project}/part-7/a-file-of-the-project-7")
        changed.write_bytes(json.dumps(list(range(self.FILE_BYTES))).encode()[: self.FILE_BYTES])
        before = self.sent_bytes()
        self.build(f"path:{project}#streamImage", sent=True)
        self.assertLess(self.sent_bytes() - before, self.FILE_BYTES + (64 << 10))
