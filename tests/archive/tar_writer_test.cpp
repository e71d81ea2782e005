#include "archive/sha256.hpp"
#include "archive/tar_reader.hpp"
#include "archive/tar_writer.hpp"
#include "fakes/memory_stream.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <memory>

using namespace nixbuild;
using archive::TarMember;
using archive::TarReader;
using archive::TarWriter;
using fakes::MemorySink;
using fakes::MemorySource;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30U;

std::string sample_archive() {
  MemorySink sink;
  TarWriter writer(sink);
  writer.add("file", "content");
  writer.start({.name = "dir/", .type = TarMember::Type::directory});
  writer.start(
      {.name = "dir/link", .type = TarMember::Type::symbolic_link, .link_target = "../file"});
  writer.add("dir/" + std::string(150, 'n'), std::string(512, 'x'));
  writer.add("dir/\xc3\xa9", "");
  writer.finish();
  return sink.text;
}

archive::TarEntry read_back(const std::string& header) {
  MemorySource source(header);
  TarReader reader(source);
  return reader.next().value();
}

// What GNU tar lists of `archive`, one line for each entry.
std::string listed_by_gnu_tar(const std::string& archive) {
  const TempDir directory;
  const auto file = directory.path() / "a.tar";
  write_file_atomically(file, archive);
  const std::string command =
      "LC_ALL=C TZ=UTC tar --numeric-owner --full-time --quoting-style=literal -tvf " +
      file.string();
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  BOOST_REQUIRE(pipe);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    text += static_cast<char>(c);
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tar_writer)

BOOST_AUTO_TEST_CASE(our_reader_reads_it_back) {
  MemorySource source(sample_archive());
  TarReader reader(source);
  std::string names;
  while (const auto entry = reader.next())
    names += entry->name + "," + entry->link_target + "," + std::to_string(entry->size) + ";";
  BOOST_TEST(names == "file,,7;dir/,,0;dir/link,../file,0;dir/" + std::string(150, 'n') +
                          ",,512;dir/\xc3\xa9,,0;");
}

BOOST_AUTO_TEST_CASE(gnu_tar_reads_it) {
  const std::string date = " 1970-01-01 00:00:00 ";
  BOOST_TEST(listed_by_gnu_tar(sample_archive()) ==
             "-rw-r--r-- 0/0               7" + date + "file\n" + "drwxr-xr-x 0/0               0" +
                 date + "dir/\n" + "lrwxrwxrwx 0/0               0" + date +
                 "dir/link -> ../file\n" + "-rw-r--r-- 0/0             512" + date + "dir/" +
                 std::string(150, 'n') + "\n" + "-rw-r--r-- 0/0               0" + date +
                 "dir/\xc3\xa9\n");
}

BOOST_AUTO_TEST_CASE(bytes_are_always_the_same) {
  MemorySink sink;
  TarWriter writer(sink);
  writer.add("blobs/sha256/" + std::string(64, '0'), "content");
  writer.finish();
  BOOST_TEST(sink.text.size() == 2048U);
  BOOST_TEST(sink.text.substr(512, 8) == std::string("content\0", 8));
  archive::Sha256 hash;
  hash.update(std::as_bytes(std::span(sink.text)));
  BOOST_TEST(hash.finish() == "9e892e51754848df3332d13feeecc9ab1929e762109271db22ad666f064f6931");
}

BOOST_AUTO_TEST_CASE(size_is_known_ahead) {
  for (const std::size_t size : {0U, 1U, 511U, 512U, 513U}) {
    for (const std::size_t length : {1U, 100U, 101U, 1000U}) {
      const TarMember member{.name = std::string(length, 'n'), .size = size};
      MemorySink sink;
      TarWriter writer(sink);
      writer.add(member.name, std::string(size, 'x'));
      writer.finish();
      BOOST_TEST(sink.text.size() == archive::tar_member_size(member) + archive::tar_end_size);
    }
  }
}

BOOST_AUTO_TEST_CASE(pax_header_only_where_ustar_cannot_say_it) {
  BOOST_TEST(archive::tar_header({.name = std::string(100, 'n')}).size() == 512U);
  BOOST_TEST(archive::tar_header({.name = std::string(101, 'n')}).size() == 1536U);
  BOOST_TEST(archive::tar_header({.name = "a", .size = 8 * gib - 1}).size() == 512U);
  BOOST_TEST(archive::tar_header({.name = "a", .size = 8 * gib}).size() == 1536U);
}

BOOST_AUTO_TEST_CASE(large_values_survive) {
  BOOST_TEST(read_back(archive::tar_header({.name = "a", .size = 8 * gib - 1})).size ==
             8 * gib - 1);
  BOOST_TEST(read_back(archive::tar_header({.name = "a", .size = 100 * gib})).size == 100 * gib);
  // Lengths around the places where the record's own length gets another digit.
  for (std::size_t length = 80; length < 1100; ++length) {
    const std::string name(length, 'n');
    BOOST_TEST(read_back(archive::tar_header({.name = name})).name == name);
  }
}

BOOST_AUTO_TEST_CASE(an_entry_keeps_all_that_was_read_of_it) {
  archive::TarEntry entry{.name = "device",
                          .type = archive::TarType::other,
                          .type_flag = '3',
                          .attributes = {.mode = 04755,
                                         .uid = 1000,
                                         .gid = std::uint64_t{1} << 30U,
                                         .mtime = -5,
                                         .device_major = 8,
                                         .device_minor = 1,
                                         .extended = {{"user.a", std::string("\0=\n", 3)}}}};
  fakes::MemorySink out;
  archive::TarWriter writer(out);
  writer.start_entry(entry);
  writer.finish();
  fakes::MemorySource source(out.text);
  archive::TarReader reader(source);
  const auto read = reader.next();
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->name == "device");
  BOOST_TEST(read->type_flag == '3');
  BOOST_TEST(read->attributes.mode == 04755U);
  BOOST_TEST(read->attributes.uid == 1000U);
  BOOST_TEST(read->attributes.gid == std::uint64_t{1} << 30U);
  BOOST_TEST(read->attributes.mtime == -5);
  BOOST_TEST(read->attributes.device_major == 8U);
  BOOST_TEST(read->attributes.device_minor == 1U);
  BOOST_TEST((read->attributes.extended == entry.attributes.extended));
  BOOST_TEST(!reader.next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
