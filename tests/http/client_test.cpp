#include "http/client.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;

namespace {

// Answers every request with a body in two pieces.
class TwoPieces : public http::Client {
public:
  http::ResponseHead exchange(const http::Request&, const http::BodyHandler& on_body,
                              const CancelToken&) override {
    const http::ResponseHead head{.status = 200, .headers = {}};
    on_body(head, "12345");
    on_body(head, "67890");
    return head;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(percent_encoding_keeps_only_unreserved_characters) {
  BOOST_TEST(http::percent_encode("aZ09-._~") == "aZ09-._~");
  BOOST_TEST(http::percent_encode("a b/c:d?\n\xff") == "a%20b%2Fc%3Ad%3F%0A%FF");
}

BOOST_AUTO_TEST_CASE(headers_are_found_without_regard_to_case) {
  const http::ResponseHead head{.status = 200, .headers = {{"Api-Version", "1.41"}, {"a", "1"}}};
  BOOST_TEST(head.header("api-VERSION").value_or("") == "1.41");
  BOOST_TEST(!head.header("Api"));
  BOOST_TEST(!http::same_header("a", "ab"));
}

BOOST_AUTO_TEST_CASE(fetch_collects_the_body_up_to_its_limit) {
  TwoPieces client;
  BOOST_TEST(http::fetch(client, {}, {}).body == "1234567890");
  BOOST_TEST(http::fetch(client, {}, {}, 10).body.size() == 10U);
  for (const std::size_t limit : {0U, 4U, 9U}) {
    BOOST_CHECK_EXCEPTION((void)http::fetch(client, {}, {}, limit), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

BOOST_AUTO_TEST_SUITE_END()
