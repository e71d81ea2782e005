#include "http/response_reader.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;

namespace {

struct Answer {
  bool complete = false;
  bool reusable = false;
  int status = 0;
  http::Headers headers;
  std::string body;
  bool operator==(const Answer&) const = default;
};

Answer read(const std::vector<std::string_view>& pieces, bool at_end = false,
            bool to_head = false) {
  Answer answer;
  const http::BodyHandler on_body = [&](const http::ResponseHead& head, std::string_view chunk) {
    BOOST_TEST(head.status == 200);
    answer.body += chunk;
  };
  http::ResponseReader reader(to_head, on_body);
  for (const std::string_view piece : pieces)
    reader.feed(piece);
  if (at_end) reader.feed_end();
  answer.complete = reader.complete();
  if (answer.complete) {
    answer.reusable = reader.reusable();
    answer.status = reader.head().status;
    answer.headers = reader.head().headers;
  }
  return answer;
}

// Reads `text` whole, byte by byte and cut in two at every place: the answer must be the same.
Answer read_in_every_way(std::string_view text, bool at_end = false) {
  Answer whole = read({text}, at_end);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bytes.push_back(text.substr(i, 1));
    BOOST_TEST_CONTEXT("cut at " << i) {
      BOOST_CHECK(read({text.substr(0, i), text.substr(i)}, at_end) == whole);
    }
  }
  BOOST_CHECK(read(bytes, at_end) == whole);
  return whole;
}

void check_corrupt(const std::vector<std::string_view>& pieces) {
  BOOST_TEST_CONTEXT(pieces.front().substr(0, 60)) {
    BOOST_CHECK_EXCEPTION((void)read(pieces), Error,
                          [](const Error& error) { return error.kind() == ErrorKind::corrupt; });
  }
}

constexpr std::string_view with_length =
    "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "3;ext=1\r\nhel\r\nA\r\nlo, world!\r\n0\r\nTrailer: x\r\n\r\n";

} // namespace

BOOST_AUTO_TEST_SUITE(response_reader)

BOOST_AUTO_TEST_CASE(body_with_a_length) {
  const Answer answer = read_in_every_way(with_length);
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.reusable);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == "hello");
  BOOST_TEST(answer.headers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(chunked_body) {
  const Answer answer = read_in_every_way(chunked);
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.reusable);
  BOOST_TEST(answer.body == "hello, world!");
}

BOOST_AUTO_TEST_CASE(body_that_ends_with_the_connection) {
  const Answer answer = read_in_every_way("HTTP/1.1 200 OK\r\n\r\nhello", true);
  BOOST_TEST(answer.complete);
  BOOST_TEST(!answer.reusable);
  BOOST_TEST(answer.body == "hello");
}

BOOST_AUTO_TEST_CASE(large_bodies_pass_through) {
  const std::string body(1'000'000, 'x');
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + body;
  BOOST_CHECK(read({text}).body == body);
}

BOOST_AUTO_TEST_CASE(answers_without_a_body) {
  for (const char* text :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"}) {
    BOOST_TEST_CONTEXT(text) {
      const Answer answer = read_in_every_way(text);
      BOOST_TEST(answer.complete);
      BOOST_TEST(answer.body.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(answer_to_head_has_no_body_whatever_its_length_says) {
  const Answer answer = read({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, false, true);
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.reusable);
}

BOOST_AUTO_TEST_CASE(interim_answers_are_passed_over) {
  const Answer answer =
      read_in_every_way("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.body == "ok");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "HTTP/1.1 100 Continue\r\n\r\n";
  check_corrupt({many});
}

BOOST_AUTO_TEST_CASE(connection_is_not_used_again_when_the_server_said_so_or_said_more) {
  BOOST_TEST(!read({"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"}).reusable);
  BOOST_TEST(!read({"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"}).reusable);
  BOOST_TEST(!read({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK"}).reusable);
}

BOOST_AUTO_TEST_CASE(every_answer_cut_short_is_incomplete) {
  for (const std::string_view text : {with_length, chunked}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      BOOST_TEST_CONTEXT("after " << size << " bytes") {
        BOOST_TEST(!read({text.substr(0, size)}, true).complete);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_refused) {
  check_corrupt({"SSH-2.0-OpenSSH_9.2\r\n"});
  check_corrupt({"HTTP/9.9 200 OK\r\n\r\n"});
  check_corrupt({"HTTP/1.1 2000 OK\r\n\r\n"});
  check_corrupt({"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"});
  check_corrupt({"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"});
  check_corrupt({"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"});
  check_corrupt({"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"});
  check_corrupt({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"});
  check_corrupt({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"});
}

BOOST_AUTO_TEST_CASE(headers_and_lines_are_bounded) {
  const std::string long_value(100'000, 'x');
  check_corrupt({"HTTP/1.1 200 OK\r\nA: " + long_value + "\r\n\r\n"});
  const std::string piece(10'000, 'x');
  check_corrupt(std::vector<std::string_view>(100, piece));
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 20'000; ++i)
    many += "A: 1\r\n";
  check_corrupt({many});
  const std::string endless_extension =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(300'000, 'x');
  check_corrupt({endless_extension});
}

BOOST_AUTO_TEST_CASE(the_handler_may_throw) {
  const http::BodyHandler on_body = [](const http::ResponseHead&, std::string_view) {
    throw Error(ErrorKind::failed, "enough");
  };
  http::ResponseReader reader(false, on_body);
  BOOST_CHECK_EXCEPTION(reader.feed(with_length), Error,
                        [](const Error& error) { return error.message() == "enough"; });
}

BOOST_AUTO_TEST_SUITE_END()
