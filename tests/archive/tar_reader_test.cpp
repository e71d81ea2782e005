#include "archive/tar_reader.hpp"
#include "fakes/memory_stream.hpp"
#include "fakes/tar_builder.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <vector>

using namespace nixbuild;
using archive::TarEntry;
using archive::TarReader;
using archive::TarType;
using fakes::MemorySource;
using fakes::RawTarHeader;
using fakes::TarBuilder;

namespace {

struct Read {
  TarEntry entry;
  std::string content;
};

std::string content_of(TarReader& reader) {
  std::string content;
  std::array<std::byte, 100> buffer{};
  while (const std::size_t got = reader.read(buffer)) {
    content.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  return content;
}

std::vector<Read> read_all(const std::string& bytes, std::size_t piece = 65536) {
  MemorySource source(bytes, piece);
  TarReader reader(source);
  std::vector<Read> entries;
  while (auto entry = reader.next())
    entries.push_back({*entry, content_of(reader)});
  BOOST_TEST(!reader.next());
  return entries;
}

std::vector<TarEntry> list(const std::string& bytes) {
  MemorySource source(bytes);
  TarReader reader(source);
  std::vector<TarEntry> entries;
  while (auto entry = reader.next())
    entries.push_back(*entry);
  return entries;
}

std::string complaint(const std::string& bytes) {
  try {
    (void)read_all(bytes);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::corrupt ? error.message() : "wrong kind: " + error.message();
  }
  return "none";
}

constexpr const char* too_early = "the tar archive ends too early";

// An archive with every kind of header that we read.
TarBuilder full_archive() {
  const std::string long_name(200, 'n');
  return TarBuilder()
      .pax({"comment=all"}, 'g')
      .directory("d/")
      .file("d/empty", "")
      .file("d/file", "content")
      .pax({"path=d/" + long_name, "linkpath=" + long_name})
      .symbolic_link("cut", "cut")
      .entry({.name = "././@LongLink", .type_flag = 'L'}, long_name + '\0')
      .file("cut", std::string(512, 'x'))
      .hard_link("d/hard", "d/file");
}

} // namespace

BOOST_AUTO_TEST_SUITE(tar_reader)

BOOST_AUTO_TEST_CASE(entries_with_their_content_whatever_the_pieces) {
  const std::string long_name(200, 'n');
  for (const std::size_t piece : {1U, 511U, 512U, 513U, 65536U}) {
    const auto entries = read_all(full_archive().finished(), piece);
    BOOST_REQUIRE(entries.size() == 6U);
    BOOST_TEST(entries[0].entry.name == "d/");
    BOOST_TEST((entries[0].entry.type == TarType::directory));
    BOOST_TEST(entries[1].content.empty());
    BOOST_TEST(entries[2].entry.name == "d/file");
    BOOST_TEST((entries[2].entry.type == TarType::file));
    BOOST_TEST(entries[2].content == "content");
    BOOST_TEST(entries[3].entry.name == "d/" + long_name);
    BOOST_TEST(entries[3].entry.link_target == long_name);
    BOOST_TEST((entries[3].entry.type == TarType::symbolic_link));
    BOOST_TEST(entries[4].entry.name == long_name);
    BOOST_TEST(entries[4].content == std::string(512, 'x'));
    BOOST_TEST(entries[5].entry.link_target == "d/file");
    BOOST_TEST((entries[5].entry.type == TarType::hard_link));
  }
}

BOOST_AUTO_TEST_CASE(offsets_say_where_contents_are) {
  const std::string bytes = full_archive().finished();
  for (const TarEntry& entry : list(bytes)) {
    if (entry.name == "d/file") BOOST_TEST(bytes.substr(entry.offset, entry.size) == "content");
    if (entry.name == std::string(200, 'n')) BOOST_TEST(bytes.substr(entry.offset, 2) == "xx");
  }
  BOOST_TEST(list(bytes).size() == 6U);
}

BOOST_AUTO_TEST_CASE(contents_may_be_left_unread_or_read_in_part) {
  MemorySource source(TarBuilder().file("a", std::string(2000, 'a')).file("b", "b").finished());
  TarReader reader(source);
  BOOST_REQUIRE(reader.next());
  std::array<std::byte, 10> buffer{};
  BOOST_TEST(reader.read(buffer) == 10U);
  BOOST_TEST(reader.next().value().name == "b");
  BOOST_TEST(content_of(reader) == "b");
  BOOST_TEST(reader.read(buffer) == 0U);
}

BOOST_AUTO_TEST_CASE(archive_cut_anywhere_ends_too_early) {
  const std::string bytes = full_archive().open_ended();
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    BOOST_TEST(complaint(bytes.substr(0, length)) == too_early, length);
  }
}

BOOST_AUTO_TEST_CASE(end_marker_cut_anywhere) {
  const std::string bytes = full_archive().open_ended();
  for (std::size_t zeros = 1; zeros < 1024; ++zeros) {
    // One block of zeros is enough for every tar that there is.
    const char* const expected = zeros == 512 ? "none" : too_early;
    BOOST_TEST(complaint(bytes + std::string(zeros, '\0')) == expected, zeros);
  }
  BOOST_TEST(complaint(bytes + std::string(1024, '\0') + "whatever follows") == "none");
  BOOST_TEST(complaint(bytes + std::string(512, '\0') + bytes).find("lone block") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(pax_header_counts_for_one_entry_and_global_for_all_after_it) {
  const auto entries = list(TarBuilder()
                                .pax({"path=one"})
                                .file("cut", "")
                                .file("two", "")
                                .pax({"path=global"}, 'g')
                                .file("cut", "")
                                .pax({"path=three"})
                                .file("cut", "")
                                .file("cut", "")
                                .pax({"path="}, 'g')
                                .file("four", "")
                                .finished());
  std::string names;
  for (const TarEntry& entry : entries)
    names += entry.name + " ";
  BOOST_TEST(names == "one two global three global four ");
}

BOOST_AUTO_TEST_CASE(pax_size_replaces_the_headers) {
  const auto entries = read_all(TarBuilder()
                                    .pax({"size=5"})
                                    .raw(RawTarHeader{.name = "a"}.block())
                                    .raw(fakes::padded("12345"))
                                    .file("b", "b")
                                    .finished());
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].content == "12345");
  BOOST_TEST(entries[1].content == "b");
}

BOOST_AUTO_TEST_CASE(gnu_long_link_target) {
  const std::string target(150, 't');
  const auto entries = list(TarBuilder()
                                .entry({.name = "././@LongLink", .type_flag = 'K'}, target + '\0')
                                .symbolic_link("link", "cut")
                                .symbolic_link("other", "short")
                                .finished());
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].link_target == target);
  BOOST_TEST(entries[1].link_target == "short");
}

BOOST_AUTO_TEST_CASE(sizes_of_entries_without_content_are_ignored) {
  for (const char type : {'1', '2', '3', '4', '5', '6'}) {
    const auto entries =
        list(TarBuilder()
                 .raw(RawTarHeader{.name = "a", .type_flag = type, .size = "00000001000"}.block())
                 .file("b", "")
                 .finished());
    BOOST_REQUIRE(entries.size() == 2U);
    BOOST_TEST(entries[0].size == 0U);
    BOOST_TEST(entries[1].name == "b");
  }
}

BOOST_AUTO_TEST_CASE(sparse_files_are_told_apart_and_passed_over) {
  std::string header = RawTarHeader{.name = "old", .type_flag = 'S', .size = "00000000001"}.block();
  header[482] = 1; // the sparse map continues in another block
  header = header.replace(148, 8, "        ");
  int sum = 0;
  for (const char byte : header)
    sum += static_cast<unsigned char>(byte);
  header.replace(148, 7, format("{:06o}", sum) + '\0');
  std::string map_block(512, '\1');
  const auto entries = list(TarBuilder()
                                .raw(header)
                                .raw(map_block)
                                .raw(map_block.replace(504, 1, 1, '\0'))
                                .raw(fakes::padded("x"))
                                .pax({"GNU.sparse.major=1", "GNU.sparse.minor=0"})
                                .file("new", "0\n")
                                .file("plain", "")
                                .finished());
  BOOST_REQUIRE(entries.size() == 3U);
  BOOST_TEST((entries[0].type == TarType::sparse_file));
  BOOST_TEST((entries[1].type == TarType::sparse_file));
  BOOST_TEST((entries[2].type == TarType::file));
}

BOOST_AUTO_TEST_CASE(other_types_say_what_they_are) {
  const auto entries = list(TarBuilder()
                                .entry({.name = "?", .type_flag = 'Z'}, "content")
                                .entry({.name = "v7/", .type_flag = '\0'}, "")
                                .entry({.name = "v7", .type_flag = '7'}, "")
                                .entry({.name = "pipe", .type_flag = '6'}, "")
                                .finished());
  BOOST_REQUIRE(entries.size() == 4U);
  BOOST_TEST((entries[0].type == TarType::other));
  BOOST_TEST(entries[0].type_flag == 'Z');
  BOOST_TEST((entries[1].type == TarType::directory));
  BOOST_TEST((entries[2].type == TarType::file));
  BOOST_TEST((entries[3].type == TarType::other));
}

BOOST_AUTO_TEST_CASE(metadata_is_bounded) {
  const std::string limit(std::size_t{1} << 20U, 'n');
  for (const char type : {'L', 'K', 'x', 'g'}) {
    BOOST_TEST(complaint(TarBuilder()
                             .entry({.name = "big", .type_flag = type}, limit + "n")
                             .file("a", "")
                             .finished())
                   .find("larger than 1 MiB") != std::string::npos);
  }
  const auto entries =
      list(TarBuilder().entry({.name = "big", .type_flag = 'L'}, limit).file("a", "").finished());
  BOOST_TEST(entries.at(0).name.size() == limit.size());
}

BOOST_AUTO_TEST_CASE(size_beyond_the_archive_ends_too_early) {
  std::string size{'\x80', 0, 0, 0, 0x7f};
  size.append(7, '\xff'); // 2^63 - 1
  BOOST_TEST(
      complaint(TarBuilder().raw(RawTarHeader{.name = "a", .size = size}.block()).finished()) ==
      too_early);
}

BOOST_AUTO_TEST_CASE(what_is_no_tar_is_refused) {
  BOOST_TEST(complaint(std::string(2000, 'x')) == "this is not a tar archive");
  BOOST_TEST(complaint(TarBuilder().file("a", "").open_ended() + std::string(2000, 'x')) ==
             "the tar archive is damaged: a header has a wrong checksum");
  BOOST_TEST(complaint("") == too_early);
  BOOST_TEST(complaint(TarBuilder().pax({"size=x"}).file("a", "").finished()).find("bad value") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
