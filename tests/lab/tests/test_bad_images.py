"""Descriptions of images that cannot be right: a clear error, and nothing in the engine."""

from nixlab.testcase import PluginTest


class BadDescriptions(PluginTest):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.flake("faults")

    def test_paths_outside_of_the_store(self):
        self.assert_refused("confOutsideStore", "/etc/passwd")

    def test_paths_that_are_gone(self):
        self.assert_refused("confMissingPath", "/nix/store/00000000000000000000000000000000-gone")

    def test_customisation_layer_that_is_none(self):
        self.assert_refused("confNoCustomisation", "layer.tar")

    def test_wrong_types(self):
        for attribute, key in {
            "confLayersNoList": "store_layers",
            "confPathNoText": "store_layers",
            "confOwnerNoNumber": "uid",
            "confTimeNoTime": "created",
            "confConfigNoObject": "config",
        }.items():
            with self.subTest(attribute):
                self.assert_refused(attribute, key)

    def test_other_store_folder(self):
        self.assert_refused("confOtherStore", "/gnu/store")

    def test_more_layers_than_an_image_may_have(self):
        self.assert_refused("confManyLayers", "131", "125")

    def test_regular_expressions_that_are_none(self):
        self.assert_refused("nix2containerBadRegex", "(unclosed")

    def test_two_paths_for_one_file(self):
        self.assert_refused("nix2containerConflict", "/file")

    def test_layer_files_that_are_gone(self):
        self.assert_refused("nix2containerMissingFile", "/nix/store/00000000000000000000000000000000-gone")

    def assert_refused(self, attribute: str, *texts: str) -> None:
        self.assert_fails(self.nixbuild(f".#{attribute}"), *texts)
        self.assert_nothing_left()
