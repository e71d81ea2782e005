#include "fakes/http2_frames.hpp"
#include "http/grpc.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>

#include <sys/socket.h>

using namespace nixbuild;
using namespace nixbuild::fakes::http2;
using http::StreamSocket;
using Messages = std::vector<std::string>;

namespace {

const auto each = boost::test_tools::per_element();

// A server that has said everything before it is asked, and then hears and says no more.
struct Server {
  explicit Server(const std::string& script) : Server(script, make_socket_pair()) {}

  [[nodiscard]] std::string received() const {
    std::array<std::byte, 65536> buffer{};
    const std::size_t got = read_some(end.get(), buffer);
    return {reinterpret_cast<const char*>(buffer.data()), got};
  }

  UniqueFd end;
  StreamSocket socket;

private:
  Server(const std::string& script, Pipe pair)
      : end(std::move(pair.read))
      , socket(std::move(pair.write)) {
    write_all(end.get(), std::as_bytes(std::span(script)));
    ::shutdown(end.get(), SHUT_WR);
  }
};

Messages call(const std::string& script, std::size_t limit = 4096) {
  const Server server(script);
  return http::grpc_call(server.socket, "/a.B/C", "question", {}, limit);
}

void check_fails(const std::string& script, ErrorKind kind, const std::string& detail = "") {
  BOOST_CHECK_EXCEPTION((void)call(script), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.detail());
    BOOST_TEST(error.detail() == detail);
    return error.kind() == kind;
  });
}

std::string answer(const std::string& body) {
  return server_settings() + answer_head() + frame(data, none, 1, body) + trailers("0");
}

void upgrade(const std::string& script, const CancelToken& cancel = {}) {
  const Server server(script);
  http::upgrade_to_h2c(server.socket, "/grpc", "host", {{"X-Team", "blue"}}, cancel);
}

void check_upgrade_fails(const std::string& script, ErrorKind kind) {
  BOOST_CHECK_EXCEPTION(upgrade(script), Error,
                        [&](const Error& error) { return error.kind() == kind; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(grpc)

BOOST_AUTO_TEST_CASE(question_is_sent_as_grpc_over_http2) {
  const Server server(answer(""));
  BOOST_TEST(http::grpc_call(server.socket, "/a.B/C", "question", {}) == Messages{}, each);
  const std::string received = server.received();
  BOOST_TEST(received.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  BOOST_TEST(received.find(grpc_message("question")) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(messages_come_whole_however_they_are_framed) {
  const std::string body = grpc_message("one") + grpc_message("") + grpc_message("three");
  const Messages messages{"one", "", "three"};
  BOOST_TEST(call(answer(body)) == messages, each);
  std::string pieces = server_settings() + answer_head();
  for (const char byte : body)
    pieces += frame(data, none, 1, std::string(1, byte));
  BOOST_TEST(call(pieces + trailers("0")) == messages, each);
}

BOOST_AUTO_TEST_CASE(refusals_are_in_the_servers_words) {
  check_fails(server_settings() + answer_head() + trailers("12", "unknown service"),
              ErrorKind::refused, "unknown service");
  check_fails(server_settings() +
                  frame(headers, end_headers | end_stream, 1, header_block({{":status", "404"}})),
              ErrorKind::refused, "HTTP status 404");
}

BOOST_AUTO_TEST_CASE(call_without_a_status_is_broken) {
  const std::string begun = server_settings() + answer_head();
  check_fails(begun + frame(data, end_stream, 1, grpc_message("x")), ErrorKind::corrupt);
  check_fails(begun + frame(rst_stream, none, 1, number(2, 4)), ErrorKind::corrupt);
  check_fails(begun + frame(go_away, none, 0, number(0, 4) + number(0, 4)), ErrorKind::corrupt);
}

BOOST_AUTO_TEST_CASE(answer_cut_anywhere_is_an_error) {
  const std::string whole = answer(grpc_message("one"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    BOOST_TEST_CONTEXT(size) {
      check_fails(whole.substr(0, size), ErrorKind::unavailable);
    }
  }
}

BOOST_AUTO_TEST_CASE(answer_damaged_anywhere_is_an_error_or_an_answer) {
  const std::string whole = answer(grpc_message("one"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned bit : {0x01U, 0x80U}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ bit);
      try {
        BOOST_TEST(call(damaged).size() <= 1U);
      } catch (const Error& error) {
        BOOST_TEST(!error.message().empty());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_grpc_message_is_corrupt) {
  const std::string compressed = "\x01" + grpc_message("one").substr(1);
  const std::string huge = std::string(1, '\0') + "\xff\xff\xff\xff" + "one";
  for (const std::string& body : {std::string("one"), std::string(4, '\0'), compressed, huge,
                                  grpc_message("one").substr(0, 7), grpc_message("one") + "x"}) {
    check_fails(answer(body), ErrorKind::corrupt);
  }
}

BOOST_AUTO_TEST_CASE(answer_larger_than_the_limit_is_corrupt) {
  const std::string body = grpc_message(std::string(95, 'x')); // 100 bytes with its prefix
  BOOST_TEST(call(answer(body), 100).size() == 1U);
  BOOST_CHECK_EXCEPTION((void)call(answer(body), 99), Error,
                        [](const Error& e) { return e.kind() == ErrorKind::corrupt; });
}

BOOST_AUTO_TEST_CASE(what_is_no_http2_is_corrupt) {
  check_fails("HTTP/1.1 400 Bad Request\r\n\r\n", ErrorKind::corrupt);
}

BOOST_AUTO_TEST_CASE(calls_can_be_cancelled) {
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  const Server server(answer(""));
  BOOST_CHECK_EXCEPTION((void)http::grpc_call(server.socket, "/a.B/C", "question", source.token()),
                        Error,
                        [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_CASE(upgrade_reads_the_head_and_no_more) {
  const std::string head = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
  const Server server(head + answer(grpc_message("one")));
  http::upgrade_to_h2c(server.socket, "/grpc", "host", {{"X-Team", "blue"}}, {});
  const std::string request = server.received();
  BOOST_TEST(request.starts_with("POST /grpc HTTP/1.1\r\n"));
  BOOST_TEST(request.find("X-Team: blue\r\n") != std::string::npos);
  BOOST_TEST(http::grpc_call(server.socket, "/a.B/C", "question", {}) == Messages{"one"}, each);
}

BOOST_AUTO_TEST_CASE(upgrade_that_is_not_granted_is_an_error) {
  check_upgrade_fails("HTTP/1.1 404 Not Found\r\n\r\n", ErrorKind::refused);
  check_upgrade_fails("HTTP/1.0 101 x\r\n\r\n", ErrorKind::refused);
  check_upgrade_fails("\r\n\r\n", ErrorKind::refused);
  check_upgrade_fails(std::string(20000, 'x'), ErrorKind::corrupt);
  const std::string head = "HTTP/1.1 101 UPGRADED\r\nUpgrade: h2c\r\n\r\n";
  for (std::size_t size = 0; size < head.size(); ++size)
    check_upgrade_fails(head.substr(0, size), ErrorKind::unavailable);
}

BOOST_AUTO_TEST_SUITE_END()
