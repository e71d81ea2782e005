"""What tests of binary caches have at hand."""

import json
import re
import shutil

from .cachix_server import CachixServer
from .testcase import PluginTest

KEY = "cache-of-a-test-1"


class CacheTest(PluginTest):
    """The flake's image is of this test alone, so that nothing has it before."""

    same_for_all_image_stores = True

    def setUp(self):
        super().setUp()
        self.folder = self.new_work_folder()
        self.work = self.flake("hello")
        self.edit(f"{self.work}/contents.nix", "Hello from Nix", f"Hello from Nix\\n{self.id()}")
        self.machine.exec(["nix-store", "--generate-binary-cache-key", KEY, "secret", "public"],
                          cwd=self.folder).check()
        self.key = self.outside(f"{self.folder}/public").read_text().strip()

    def put_into_cache(self, folder: str, *, signed: bool = True) -> str:
        """Makes a cache of the image in a folder; what it is in the store."""
        store = f"file://{folder}" + (f"?secret-key={self.folder}/secret" if signed else "")
        pushed = self.nixbuild("cache", "push", "--cache-to", store, ".#classicImage").check()
        self.nixbuild("-q", "--cache-to", store, ".#layeredImage").check()
        return re.search(r"^Pushed (\S+) to", pushed.stdout).group(1)

    def forget_all(self, machine=None) -> None:
        """What was built is gone from the store, so that it is built or fetched again."""
        machine = machine or self.machine
        shutil.rmtree(machine.path("/root/.local/state/docker-nixbuild"), ignore_errors=True)
        machine.exec(["nix-collect-garbage"]).check()

    def settings(self) -> list[str]:
        return ["--option", "extra-trusted-public-keys", self.key, "--option", "narinfo-cache-negative-ttl", "0"]

    def home_of_cachix(self, server: CachixServer) -> dict[str, str]:
        home = self.new_work_folder()
        self.outside(f"{home}/cachix").mkdir()
        self.outside(f"{home}/cachix/cachix.dhall").write_text(server.dhall())
        return {"XDG_CONFIG_HOME": home}

    def empty_cache(self) -> str:
        folder = self.new_work_folder()
        self.outside(f"{folder}/nix-cache-info").write_text("StoreDir: /nix/store\n")
        return folder

    def checked(self, *words: str, status: int = 0, **options) -> dict:
        result = self.nixbuild("cache", "check", "--format", "json", *words, **options)
        self.assertEqual(result.returncode, status, result)
        return json.loads(result.stdout)
