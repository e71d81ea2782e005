#include "engine/content_list.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

using namespace nixbuild;
using engine::parse_content_list;
using oci::Digest;

namespace {

const Digest first = Digest::of("1");
const Digest second = Digest::of("2");

// A field of wire type "bytes", its length in one or two bytes of varint.
std::string field(char key, const std::string& value) {
  std::string out(1, key);
  const std::size_t size = value.size();
  if (size < 128) {
    out += static_cast<char>(size);
  } else {
    out += static_cast<char>((size & 0x7FU) | 0x80U);
    out += static_cast<char>(size >> 7U);
  }
  return out + value;
}

// Info{1 digest, 2 size (varint), 3 created_at, 5 labels}
std::string info(const std::string& digest) {
  return field('\x0a', field('\x0a', digest) + std::string("\x10\xac\x02", 3) +
                           field('\x1a', std::string("\x08\x01", 2)) +
                           field('\x2a', field('\x0a', "label")));
}

} // namespace

BOOST_AUTO_TEST_SUITE(content_list)

BOOST_AUTO_TEST_CASE(request_asks_for_each_digest) {
  const std::string text = "digest==" + first.str();
  BOOST_TEST(engine::content_list_request({first}) == field('\x0a', text));
  BOOST_TEST(engine::content_list_request({first, second}) ==
             field('\x0a', text) + field('\x0a', "digest==" + second.str()));
  BOOST_TEST(engine::content_list_request({}).empty());
}

BOOST_AUTO_TEST_CASE(digests_of_all_messages_are_read) {
  BOOST_CHECK(parse_content_list({}).empty());
  BOOST_CHECK(parse_content_list({info(first.str()), "", info(second.str()) + info(first.str())}) ==
              (std::set<Digest>{first, second}));
  // Fields and digests that we do not know.
  BOOST_CHECK(
      parse_content_list({std::string("\x11", 1) + std::string(8, 'x') + std::string("\x1d", 1) +
                          std::string(4, 'x') + info("sha512:abc") + info(first.str())}) ==
      (std::set<Digest>{first}));
}

BOOST_AUTO_TEST_CASE(answer_cut_anywhere_is_corrupt_or_shorter) {
  const std::string whole = info(first.str()) + info(second.str());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      BOOST_TEST(parse_content_list({whole.substr(0, size)}).size() <= 1U);
    } catch (const Error& error) {
      BOOST_CHECK(error.kind() == ErrorKind::corrupt);
    }
  }
}

BOOST_AUTO_TEST_CASE(nonsense_is_corrupt) {
  for (const std::string& bytes :
       {std::string("\x0b"), std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), std::string(20, '\xff'),
        std::string("\x0a\x05\x0a\x7f"), std::string("\x0f\x01")}) {
    BOOST_CHECK_EXCEPTION((void)parse_content_list({bytes}), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
