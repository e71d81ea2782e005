"""The whole projects of docs/compose.md, as they stand there."""

import re

from nixlab.devcontainer import DevcontainerTest
from nixlab.locations import FLAKES
from nixlab.plugin import SOURCES
from nixlab.waiting import wait_until

PAGE = SOURCES / "docs/compose.md"
# A fenced block whose first line is a comment with the name of its file.
FILE = re.compile(r"```\w+\n(?:#|//) (\S+)\n(.*?)```", re.DOTALL)
FLAKE = """
{
  outputs = { self }:
    let
      outputsOf = flake: (import flake).outputs { self = { }; };
      system = "x86_64-linux";
    in
    {
      packages.${system} = {
        web = (outputsOf ./hello/flake.nix).packages.${system}.image;
        postgres = (outputsOf ./programs/flake.nix).packages.${system}.equipped;
      };
      nixosConfigurations.host = (outputsOf ./nixos-like/flake.nix).nixosConfigurations.demo;
    };
}
"""


class DocumentedProjects(DevcontainerTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = f"{self.work}/shop"
        for flake in ("hello", "programs", "nixos-like"):
            self.machine.copy_in(FLAKES / flake, f"{self.work}/{flake}")
        self.write("flake.nix", FLAKE)
        self.addCleanup(lambda: self.compose("down"))

    def compose(self, *words: str):
        return self.docker("compose", *words)

    def write_project(self, heading: str) -> None:
        """The file that comes first after the heading."""
        place = PAGE.read_text().index(f"\n## {heading}")
        name, text = FILE.search(PAGE.read_text(), place).groups()
        self.write(name, text)

    def container(self, service: str) -> dict:
        return self.engine.api.container(f"shop-{service}-1")

    def test_application_and_database(self):
        self.write_project("`x-nixbuild`")
        self.nixbuild("compose", "up", "-d").check()
        for service in ("web", "db"):
            self.assertEqual(self.container(service)["Image"], self.image_id(f"nixbuild.local/shop-{service}:dev"))

    def test_system_by_a_provider(self):
        self.write_project("A provider")
        self.compose("up", "-d").check()
        self.assert_boots()

    def test_dev_container_with_services(self):
        self.write_project("A provider")
        self.write_project("A dev container")
        container = self.up()
        self.assertEqual(self.container("host")["Id"], container)
        self.assertEqual(self.inside("ls", "flake.nix"), "flake.nix\n")
        self.assert_boots()

    def assert_boots(self) -> None:
        container = self.container("host")
        self.assertEqual(container["Image"], self.image_id("nixbuild.local/host:dev"))
        wait_until(lambda: self.state_of(container["Id"]) == "running", "the system has booted")
