#include "archive/file.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <string>

#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace nixbuild;
using archive::File;
using archive::FileSource;

namespace {

std::string read_all(archive::Source& source) {
  std::string text;
  std::array<std::byte, 3> buffer{};
  while (const std::size_t got = source.read(buffer)) {
    text.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  return text;
}

struct TextFile {
  TempDir directory;
  fs::path path = directory.path() / "file";
  explicit TextFile(std::string_view content) { write_file_atomically(path, content); }
};

bool refused_as(ErrorKind kind, const fs::path& path) {
  try {
    (void)File::open(path);
  } catch (const Error& error) {
    return error.kind() == kind && error.message().find(path.string()) != std::string::npos;
  }
  return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(file)

BOOST_AUTO_TEST_CASE(sources_of_one_file_are_independent) {
  const TextFile text("0123456789");
  const auto file = File::open(text.path);
  BOOST_TEST(file->size() == 10U);
  FileSource first(file);
  FileSource second(file, 4);
  BOOST_TEST(first.skip(2) == 2U);
  BOOST_TEST(read_all(second) == "456789");
  BOOST_TEST(read_all(first) == "23456789");
}

BOOST_AUTO_TEST_CASE(skipping_ends_with_the_file) {
  const TextFile text("0123456789");
  FileSource source(File::open(text.path), 7);
  BOOST_TEST(source.skip(5) == 3U);
  BOOST_TEST(source.skip(5) == 0U);
  BOOST_TEST(read_all(source).empty());
}

BOOST_AUTO_TEST_CASE(offset_after_the_end_is_the_end) {
  const TextFile text("0123456789");
  FileSource source(File::open(text.path), 100);
  BOOST_TEST(source.skip(1) == 0U);
  BOOST_TEST(read_all(source).empty());
}

BOOST_AUTO_TEST_CASE(only_regular_files_are_opened) {
  const TempDir directory;
  BOOST_TEST(refused_as(ErrorKind::not_found, directory.path() / "none"));
  BOOST_TEST(refused_as(ErrorKind::invalid_input, directory.path()));
  const fs::path fifo = directory.path() / "fifo";
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  BOOST_TEST(refused_as(ErrorKind::invalid_input, fifo));
}

BOOST_AUTO_TEST_SUITE_END()
