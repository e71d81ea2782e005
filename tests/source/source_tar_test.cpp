#include "fakes/memory_stream.hpp"
#include "process/runner.hpp"
#include "source/source_tar.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace nixbuild;
using namespace nixbuild::source;

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(source_tars)

BOOST_AUTO_TEST_CASE(tar_unpacks_the_same_tree) {
  const TempDir temp;
  const fs::path folder = temp.path() / "tree";
  const std::string long_name(120, 'n');
  fs::create_directories(folder / "sub");
  fs::create_directories(folder / "empty");
  write_file_atomically(folder / "flake.nix", "{ }");
  write_file_atomically(folder / "sub" / long_name, std::string(100'000, 'x'));
  write_file_atomically(folder / "run", "#!/bin/sh\n");
  fs::permissions(folder / "run", fs::perms::owner_all);
  fs::create_symlink("sub/" + long_name, folder / "link");

  const auto runner = process::system_runner();
  const LocalFlake flake{.root = folder};
  const SourceTree tree = read_source_tree(flake, *runner, {});
  const SourceTar tar(folder, tree);
  fakes::MemorySink sink;
  tar.write(sink);
  BOOST_TEST(sink.text.size() == tar.size());

  std::ofstream(temp.path() / "tar", std::ios::binary) << sink.text;
  const fs::path copy = temp.path() / "copy";
  fs::create_directory(copy);
  const auto unpacked = process::capture(
      *runner, {.argv = {"tar", "-x", "-f", (temp.path() / "tar").string(), "-C", copy.string()}},
      {});
  BOOST_TEST(unpacked.status.success(), unpacked.err);
  BOOST_TEST((read_source_tree({.root = copy}, *runner, {}).entries == tree.entries));
}

BOOST_AUTO_TEST_SUITE_END()
