#include "archive/tar_header.hpp"
#include "fakes/tar_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using archive::PaxValues;
using archive::TarBlock;
using fakes::RawTarHeader;

namespace {

archive::TarHeader decoded(const std::string& block) {
  return archive::decode_tar_header(TarBlock(std::as_bytes(std::span(block)))).value();
}

std::string problem(const std::string& block) {
  const auto header = archive::decode_tar_header(TarBlock(std::as_bytes(std::span(block))));
  return header ? "none" : header.error();
}

std::string size_field(std::initializer_list<unsigned char> bytes) {
  return {bytes.begin(), bytes.end()};
}

bool well_formed(std::string_view records) {
  PaxValues values;
  return archive::apply_pax_records(records, values).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(tar_header)

BOOST_AUTO_TEST_CASE(sizes_in_all_their_forms) {
  const auto size = [](const std::string& field) {
    return decoded(RawTarHeader{.name = "a", .size = field}.block()).size;
  };
  BOOST_TEST(size("00000000017") == 15U);
  BOOST_TEST(size("        17 ") == 15U);
  BOOST_TEST(size("777777777777") == 0xfffffffffU); // no NUL at its end
  BOOST_TEST(size("") == 0U);
  BOOST_TEST(size(size_field({0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1})) == 0x200000001U);
  BOOST_TEST(size(size_field({0x80, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255})) ==
             0x7fffffffffffffffU);
}

BOOST_AUTO_TEST_CASE(sizes_that_are_none) {
  const auto refused = [](const std::string& field) {
    return problem(RawTarHeader{.name = "a", .size = field}.block()) == "a header has a bad size";
  };
  BOOST_TEST(refused("00000000018"));
  BOOST_TEST(refused("-0000000001"));
  BOOST_TEST(refused("0000 000001"));
  BOOST_TEST(refused(size_field({0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0}))); // 2^63
  BOOST_TEST(refused(std::string(12, '\xff')));                                // -1
}

BOOST_AUTO_TEST_CASE(checksum_must_be_right) {
  BOOST_TEST(problem(RawTarHeader{.name = "a"}.block()) == "none");
  BOOST_TEST(problem(RawTarHeader{.name = "a", .checksum_error = 1}.block()) ==
             "a header has a wrong checksum");
  std::string block = RawTarHeader{.name = "a"}.block();
  block[100] ^= 1;
  BOOST_TEST(problem(block) == "a header has a wrong checksum");
  BOOST_TEST(problem(std::string(512, 'x')) == "a header has a wrong checksum");
}

BOOST_AUTO_TEST_CASE(checksum_of_signed_bytes_is_right_too) {
  // The two bytes of this name count 256 less each when they are signed.
  const std::string block = RawTarHeader{.name = "\xc3\xa9", .checksum_error = -512}.block();
  BOOST_TEST(decoded(block).name == "\xc3\xa9");
}

BOOST_AUTO_TEST_CASE(prefix_belongs_to_posix_archives_only) {
  RawTarHeader header{.name = "b", .prefix = "a"};
  BOOST_TEST(decoded(header.block()).name == "a/b");
  header.magic = "ustar  ";
  BOOST_TEST(decoded(header.block()).name == "b");
  header.magic.clear();
  BOOST_TEST(decoded(header.block()).name == "b");
}

BOOST_AUTO_TEST_CASE(fields_may_be_full) {
  const std::string name(100, 'n');
  const std::string link(100, 'l');
  const std::string prefix(155, 'p');
  const auto header = decoded(
      RawTarHeader{.name = name, .type_flag = '2', .link_target = link, .prefix = prefix}.block());
  BOOST_TEST(header.name == prefix + "/" + name);
  BOOST_TEST(header.link_target == link);
}

BOOST_AUTO_TEST_CASE(v7_file_has_no_type) {
  BOOST_TEST(decoded(RawTarHeader{.name = "a", .type_flag = '\0', .magic = ""}.block()).type_flag ==
             '0');
}

BOOST_AUTO_TEST_CASE(pax_records_override_and_take_back) {
  PaxValues values;
  BOOST_TEST(archive::apply_pax_records("9 path=a\n14 linkpath=b\n9 size=7\n13 mtime=1.5\n", values)
                 .has_value());
  BOOST_TEST(values.path.value() == "a");
  BOOST_TEST(values.link_path.value() == "b");
  BOOST_TEST(values.size.value() == 7U);
  BOOST_TEST(!values.sparse);
  BOOST_TEST(archive::apply_pax_records("8 path=\n14 size=12345\n22 GNU.sparse.major=1\n", values)
                 .has_value());
  BOOST_TEST(!values.path);
  BOOST_TEST(values.size.value() == 12345U);
  BOOST_TEST(values.sparse);
}

BOOST_AUTO_TEST_CASE(pax_values_may_hold_newlines_and_equal_signs) {
  PaxValues values;
  BOOST_TEST(archive::apply_pax_records("14 path=a\n=b=\n", values).has_value());
  BOOST_TEST(values.path.value() == "a\n=b=");
}

BOOST_AUTO_TEST_CASE(pax_records_that_are_malformed) {
  BOOST_TEST(well_formed(""));
  for (const std::string_view records :
       {"9 path=a", "9 path=ab", "8 path=a\n", "99 path=a\n", "path=a\n", "9path=a\n", "0 ", "1 ",
        "2 \n", "-9 path=a\n", "4 =\n", "5 =a\n", "6 abc\n", "99999999999999999999 path=a\n",
        "9 path=a\nx", "11 size=-1\n", "11 size=1x\n", "28 size=9223372036854775808\n"}) {
    BOOST_TEST(!well_formed(records), records);
  }
  BOOST_TEST(!well_formed(std::string_view("12 path=a\0b\n", 12)));
}

BOOST_AUTO_TEST_CASE(pax_records_cut_anywhere) {
  const std::string records = "9 path=a\n14 linkpath=b\n9 size=7\n";
  for (std::size_t length = 1; length < records.size(); ++length) {
    const bool at_boundary = length == 9 || length == 23;
    BOOST_TEST(well_formed(records.substr(0, length)) == at_boundary, length);
  }
}

BOOST_AUTO_TEST_SUITE_END()
