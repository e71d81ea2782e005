"""Archives that are broken or hostile: a clear error, and nothing in the engine or in temporary folders."""

import json
import tarfile

from nixlab.docker_archive import NAME, DockerArchive, file, gzipped, layer_of, link, pack, xzipped
from nixlab.engine import Engine
from nixlab.faulty_engine import CUT, FaultyEngine
from nixlab.testcase import PluginTest
from nixlab.waiting import wait_until

MAX_LAYERS = 125
SECRET = b"a file outside of the archive\n"


class ArchiveTest(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.architecture = self.engine.api.version()["Arch"]

    def archive(self, layers: int = 2) -> DockerArchive:
        contents = [layer_of(f"file-{number}", f"layer {number}\n".encode() * 5000) for number in range(layers)]
        return DockerArchive(contents, self.architecture)

    def load(self, content: bytes, **options):
        self.outside(f"{self.work}/input.tar").write_bytes(content)
        return self.nixbuild("./input.tar", **options)

    def assert_refused(self, content: bytes, *texts: str) -> None:
        self.assert_fails(self.load(content), "input.tar", *texts)
        self.assert_nothing_left()


class SoundArchives(ArchiveTest):
    """What the spoiled ones below are made from does work."""

    def test_sound_archive_loads(self):
        for name, packed in {"plain": bytes, "gzip": gzipped, "xz": xzipped}.items():
            with self.subTest(name):
                self.assertEqual(self.load(packed(self.archive().tar())).check().stdout, f"Loaded image: {NAME}\n")

    def test_many_layers_load(self):
        self.load(self.archive(layers=100).tar()).check()
        self.assertEqual(len(self.engine.api.image(NAME)["RootFS"]["Layers"]), 100)

    def test_archives_of_docker_save_load(self):
        for attribute in ("image", "classicImage"):
            self.docker("load", "-i", self.nix_build(f"path:/flakes/hello#{attribute}")).check()
        names = sorted(self.engine.api.tags())  # Podman loads short names as localhost/NAME
        self.assertEqual(len(names), 2)
        self.docker("save", "-o", "saved.tar", *names).check()
        self.engine.api.remove_everything()
        loaded = self.nixbuild("./saved.tar").check()
        # docker save itself orders images anyhow.
        self.assertEqual(sorted(loaded.stdout.splitlines()), sorted(f"Loaded image: {name}" for name in names))
        for name in names:
            self.assert_greets(name)

    def test_links_between_layers_are_followed(self):
        archive = self.archive(layers=1)
        archive.members = [file("shared.tar", archive.layers[0]), link(archive.layer_names[0], "../shared.tar")]
        self.load(archive.tar()).check()
        self.assertEqual(self.engine.api.tags(), {NAME})

    def test_image_without_a_name_is_told_by_its_id(self):
        archive = self.archive()
        entries = json.loads(archive.manifest)
        entries[0]["RepoTags"] = None
        archive.manifest = json.dumps(entries).encode()
        loaded = self.load(archive.tar()).check()
        (image,) = self.engine.api.images()
        self.assertEqual(loaded.stdout, f"Loaded image ID: {image['Id']}\n")


class BrokenArchives(ArchiveTest):
    def test_truncated(self):
        whole = self.archive().tar()
        for cut in (1, 511, len(whole) // 4, len(whole) // 2, whole.index(b"manifest.json") + 100):
            with self.subTest(cut):
                self.assert_refused(whole[:cut])

    def test_truncated_when_compressed(self):
        for name, packed in {"gzip": gzipped, "xz": xzipped}.items():
            whole = packed(self.archive().tar())
            for cut in (8, len(whole) // 2, len(whole) - 3):
                with self.subTest(f"{name} {cut}"):
                    self.assert_refused(whole[:cut])

    def test_truncated_zstd(self):
        whole = self.outside(self.nix_build("path:/flakes/hello#imageZstd")).read_bytes()
        for cut in (8, len(whole) // 2, len(whole) - 3):
            with self.subTest(cut):
                self.assert_refused(whole[:cut])

    def test_flipped_bits_when_compressed(self):
        for name, packed in {"gzip": gzipped, "xz": xzipped}.items():
            with self.subTest(name):
                spoiled = bytearray(packed(self.archive().tar()))
                spoiled[len(spoiled) // 2] ^= 0x55
                self.assert_refused(bytes(spoiled))

    def test_flipped_bit_in_a_layer(self):
        spoiled = bytearray(self.archive().tar())
        spoiled[spoiled.index(b"layer 1\n")] ^= 1
        self.assert_refused(bytes(spoiled), "digest")

    def test_layer_whose_digest_is_not_the_configs(self):
        archive = self.archive()
        archive.members[1] = file(archive.layer_names[1], layer_of("file-1", b"something else\n"))
        self.assert_refused(archive.tar(), "digest")

    def test_no_tar_at_all(self):
        for name, content in {"empty": b"", "text": b"only text\n" * 200, "zeros": bytes(10240)}.items():
            with self.subTest(name):
                self.assert_refused(content)

    def test_parts_that_are_missing(self):
        archive = self.archive()
        complete = {info.name: (info, content) for info, content in archive.all_members()}
        for name in complete:
            with self.subTest(name):
                self.assert_refused(pack(member for key, member in complete.items() if key != name), name)

    def test_manifests_that_are_none(self):
        for text in ("", "{}", "null", "[]", "[1]", '[{"Config": 1}]', "[{]", '{"a": ' * 5):
            with self.subTest(text):
                archive = self.archive()
                archive.manifest = text.encode()
                self.assert_refused(archive.tar(), "manifest.json")

    def test_configs_that_are_none(self):
        for text in ("", "[]", "null", "{}", '{"rootfs": {"type": "layers", "diff_ids": ["md5:1"]}}'):
            with self.subTest(text):
                archive = self.archive()
                archive.config = text.encode()
                self.assert_refused(archive.tar(), archive.config_name)

    def test_fewer_layers_than_the_config_has(self):
        archive = self.archive()
        entries = json.loads(archive.manifest)
        entries[0]["Layers"].pop()
        archive.manifest = json.dumps(entries).encode()
        self.assert_refused(archive.tar(), "layer")

    def test_no_layers(self):
        self.assert_refused(self.archive(layers=0).tar(), "layer")

    def test_too_many_layers(self):
        self.assert_refused(self.archive(layers=200).tar(), "200", str(MAX_LAYERS))

    def test_deeply_nested_json(self):
        deep = b"[" * 10_000 + b"]" * 10_000
        archive = self.archive()
        archive.manifest = deep
        self.assert_refused(archive.tar(), "manifest.json")
        archive = self.archive()
        archive.config = b'{"config":' + deep + b"}"
        self.assert_refused(archive.tar(), archive.config_name)


class OtherPlatforms(ArchiveTest):
    def test_archive_for_another_platform(self):
        mine, other = self.architecture, "arm64" if self.architecture == "amd64" else "amd64"
        self.architecture = other
        self.assert_refused(self.archive().tar(), f"linux/{other}", f"linux/{mine}")


class HostileArchives(ArchiveTest):
    """Names and links that lead out of the archive must not be followed anywhere."""

    def setUp(self) -> None:
        super().setUp()
        self.outside(f"{self.work}/secret").write_bytes(SECRET)

    def tearDown(self) -> None:
        self.assertEqual(self.outside(f"{self.work}/secret").read_bytes(), SECRET)
        self.assertFalse(self.outside(f"{self.work}/../evil").exists())
        self.assertFalse(self.outside("/evil").exists())

    def test_layers_named_outside(self):
        for name in ("../evil", "/evil", "a/../../evil", "./../evil"):
            with self.subTest(name):
                archive = self.archive()
                archive.members[0] = file(name, archive.layers[0])
                self.assert_refused(self.renamed(archive, name), name)

    def test_layers_linked_outside(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            for target in ("/etc/passwd", "../../../../../../etc/passwd", f"{self.work}/secret", "../../secret"):
                with self.subTest(f"{kind} {target}"):
                    archive = self.archive()
                    archive.members[0] = link(archive.layer_names[0], target, kind)
                    self.assert_refused(archive.tar(), archive.layer_names[0])

    def test_links_that_go_in_circles(self):
        archive = self.archive()
        archive.members[0] = link(archive.layer_names[0], "../other")
        archive.members.append(link("other", archive.layer_names[0]))
        self.assert_refused(archive.tar(), archive.layer_names[0])

    def test_layers_that_are_no_files(self):
        for kind in (tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            with self.subTest(kind):
                archive = self.archive()
                archive.members[0] = link(archive.layer_names[0], "", kind)
                self.assert_refused(archive.tar(), archive.layer_names[0])

    def renamed(self, archive: DockerArchive, name: str) -> bytes:
        entries = json.loads(archive.manifest)
        entries[0]["Layers"][0] = name
        archive.manifest = json.dumps(entries).encode()
        return archive.tar()


class FailingEngines(PluginTest):
    def test_connection_closed_half_way(self):
        archive = self.nix_build("path:/flakes/hello#big")
        for after in (0, 1 << 20, 40 << 20):
            with self.subTest(after), FaultyEngine(self.machine, self.engine, CUT, after) as cut:
                failed = self.nixbuild(archive, env={"DOCKER_HOST": cut.host})
                self.assertTrue(cut.fault_happened.is_set())
                self.assert_fails(failed, archive)
                wait_until(lambda: self.new_temporary_files() == set(), "the engine has thrown away what it had")
                self.assert_nothing_left()

    def test_full_disk_of_the_engine(self):
        archive = self.nix_build("path:/flakes/hello#big")
        with Engine(self.machine, self.engine.store, "small", disk_size="40m") as small:
            failed = self.nixbuild(archive, env={"DOCKER_HOST": small.host})
            self.assert_fails(failed, archive, "no space left on device")
            self.assertEqual(small.api.images(), [])
