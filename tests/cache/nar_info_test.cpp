#include "cache/nar_info.hpp"
#include "cache_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::cache;
using testing::check_error;
using testing::nar_info;
using testing::store_path;

namespace {

const std::string hello = store_path('a', "hello");
const std::string glibc = store_path('b', "glibc");

void check_corrupt(const std::string& text) {
  BOOST_TEST_CONTEXT(text) check_error([&] { (void)parse_nar_info(text); }, ErrorKind::corrupt);
}

} // namespace

BOOST_AUTO_TEST_SUITE(nar_infos)

BOOST_AUTO_TEST_CASE(all_fields) {
  const NarInfo info = parse_nar_info(nar_info(hello, 100, {glibc, hello}));
  BOOST_TEST(info.store_path == hello);
  BOOST_TEST(info.url == "nar/x.nar.xz");
  BOOST_TEST(info.compression == "xz");
  BOOST_TEST(info.file_size == 50U);
  BOOST_TEST(info.nar_size == 100U);
  BOOST_TEST((info.references == std::vector{glibc.substr(11), hello.substr(11)}));
  BOOST_TEST((info.signatures == std::vector<std::string>{"key:c2ln"}));
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
  const std::string whole = nar_info(hello, 100, {glibc});
  int sound = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      BOOST_TEST(parse_nar_info(whole.substr(0, size)).store_path == hello);
      ++sound; // what may be left out is at its end
    } catch (const Error& error) {
      BOOST_TEST((error.kind() == ErrorKind::corrupt));
    }
  }
  BOOST_TEST(sound > 0);
}

BOOST_AUTO_TEST_CASE(nonsense) {
  const std::string whole = nar_info(hello, 100);
  const auto with = [&](const std::string& old, const std::string& other) {
    std::string text = whole;
    text.replace(text.find(old), old.size(), other);
    return text;
  };
  check_corrupt("");
  check_corrupt("<html><body>not found</body></html>");
  check_corrupt(with("NarSize: 100", "NarSize: -1"));
  check_corrupt(with("NarSize: 100", "NarSize: 99999999999999999999999"));
  check_corrupt(with("NarSize: 100", "NarSize: 1x"));
  check_corrupt(with("/nix/store/", "/etc/"));
  check_corrupt(with("References:", "References: ../../etc"));
  check_corrupt(with("References:", "References: /nix/store/" + std::string(32, 'a') + "-x"));
  check_corrupt(whole + std::string(largest_nar_info, 'x'));
}

BOOST_AUTO_TEST_CASE(of_a_cache) {
  BOOST_TEST(
      parse_cache_info("StoreDir: /nix/store\r\nWantMassQuery: 1\nPriority: 41\n").priority == 41);
  BOOST_TEST(parse_cache_info("StoreDir: /gnu/store").store_dir == "/gnu/store");
  for (const std::string text : {"", "<html>", "Priority: 1\n", "StoreDir: x\nPriority: high",
                                 "<!DOCTYPE html: x>", "an error: StoreDir"})
    BOOST_TEST_CONTEXT(text)
  check_error([&] { (void)parse_cache_info(text); }, ErrorKind::corrupt);
}

BOOST_AUTO_TEST_SUITE_END()
