#include "fakes/fake_engine.hpp"
#include "http/socket_client.hpp"
#include "support/scope_exit.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>

#include <sys/socket.h>

using namespace nixbuild;
using fakes::FakeEngine;
using Reply = fakes::FakeEngine::Reply;
using http::Request;

namespace {

std::unique_ptr<http::Client> client_of(const FakeEngine& engine) {
  return http::socket_client(http::unix_connector(engine.socket()), "docker");
}

// A body of `size` bytes, written in pieces of `piece`.
Request upload(std::uint64_t size, std::size_t piece = 100'000) {
  return {.method = "POST",
          .target = "/load",
          .stream =
              [=](archive::Sink& sink) {
                const std::vector<std::byte> data(piece, std::byte{'x'});
                for (std::uint64_t left = size; left > 0;) {
                  const auto now = std::min<std::uint64_t>(left, piece);
                  sink.write(std::span(data).first(now));
                  left -= now;
                }
              },
          .stream_size = size};
}

constexpr std::uint64_t more_than_sockets_hold = 8'000'000;

void check_fails(http::Client& client, const Request& request, ErrorKind kind,
                 const CancelToken& cancel = {}) {
  BOOST_CHECK_EXCEPTION((void)http::fetch(client, request, cancel), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.message());
    return error.kind() == kind;
  });
}

// Raises the returned token once `engine` received the head of request number `count`.
class CancelAtRequest {
public:
  CancelAtRequest(const FakeEngine& engine, std::size_t count)
      : thread_([this, &engine, count] {
        engine.wait_for_request(count);
        source_.raise(CancelLevel::graceful);
      }) {}
  ~CancelAtRequest() { thread_.join(); }
  [[nodiscard]] CancelToken token() const { return source_.token(); }

private:
  CancelSource source_;
  std::thread thread_;
};

// A connector whose connections end at once, with words to tell why.
class EndsAtOnce : public http::Connector {
public:
  http::Connection connect(const CancelToken&) override {
    Pipe pair = make_socket_pair();
    return {std::move(pair.read), [] { return std::string("ssh: no route to host"); }};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(socket_client)

BOOST_AUTO_TEST_CASE(get_and_its_answer) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.status = 201, .headers = {{"A", "1"}}, .body = "hello"});
  const auto client = client_of(engine);
  const http::Response response =
      http::fetch(*client, {.target = "/x?q=1", .headers = {{"X-Team", "blue"}}}, {});
  BOOST_TEST(response.head.status == 201);
  BOOST_TEST(response.head.header("a").value_or("") == "1");
  BOOST_TEST(response.body == "hello");
  const auto request = engine.requests().at(0);
  BOOST_TEST(request.query == "q=1");
  BOOST_TEST(request.headers.at("x-team") == "blue");
  BOOST_TEST(request.headers.at("host") == "docker");
}

BOOST_AUTO_TEST_CASE(connection_is_kept) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.body = "a"});
  engine.on("GET", "/chunked", Reply{.body = "abcdef", .framing = Reply::Framing::chunked});
  engine.on("HEAD", "/x", Reply{.body = "a"});
  const auto client = client_of(engine);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == "a");
    BOOST_TEST(http::fetch(*client, {.target = "/chunked"}, {}).body == "abcdef");
    BOOST_TEST(http::fetch(*client, {.method = "HEAD", .target = "/x"}, {}).body.empty());
  }
  BOOST_TEST(engine.connections() == 1);
}

BOOST_AUTO_TEST_CASE(every_framing_and_piece_size) {
  FakeEngine engine;
  const std::string body(1000, 'x');
  const auto client = client_of(engine);
  for (const auto framing :
       {Reply::Framing::content_length, Reply::Framing::chunked, Reply::Framing::until_close}) {
    for (const std::size_t piece : {1U, 7U, 4096U}) {
      engine.on("GET", "/x", Reply{.body = body, .framing = framing, .piece = piece});
      BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == body);
    }
  }
}

BOOST_AUTO_TEST_CASE(body_of_a_small_request_arrives) {
  FakeEngine engine;
  engine.on("POST", "/x", Reply{});
  (void)http::fetch(*client_of(engine), {.method = "POST", .target = "/x", .body = "{}"}, {});
  BOOST_TEST(engine.requests().at(0).body == "{}");
}

BOOST_AUTO_TEST_CASE(streamed_body_arrives_whole) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.body = "done"});
  const auto client = client_of(engine);
  std::size_t number = 0;
  for (const std::size_t piece : {1000UL, 262'144UL, 1'000'000UL}) {
    BOOST_TEST(http::fetch(*client, upload(2'500'000, piece), {}).body == "done");
    const auto request = engine.requests().at(number++);
    BOOST_TEST(request.whole);
    BOOST_CHECK(request.body == std::string(2'500'000, 'x'));
  }
  BOOST_TEST(engine.connections() == 1);
}

BOOST_AUTO_TEST_CASE(idle_connection_closed_by_the_server_is_replaced) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.body = "a", .close_after = true});
  engine.on("POST", "/load", Reply{.body = "b", .close_after = true});
  const auto client = client_of(engine);
  for (int i = 0; i < 20; ++i)
    BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == "a");
  BOOST_TEST(engine.connections() == 20);
}

BOOST_AUTO_TEST_CASE(answer_before_the_end_of_the_request_counts) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.status = 500, .body = "disk full", .read_only = 10});
  const auto client = client_of(engine);
  for (int i = 0; i < 20; ++i) {
    const auto response = http::fetch(*client, upload(more_than_sockets_hold), {});
    BOOST_TEST(response.head.status == 500);
    BOOST_TEST(response.body == "disk full");
  }
}

BOOST_AUTO_TEST_CASE(early_answer_stops_a_writer_that_rewords_errors) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.status = 500, .body = "no", .read_only = 0});
  Request request = upload(more_than_sockets_hold);
  request.stream = [inner = request.stream](archive::Sink& sink) {
    try {
      inner(sink);
    } catch (const Error&) {
      throw Error(ErrorKind::io, "could not write");
    }
  };
  BOOST_TEST(http::fetch(*client_of(engine), request, {}).head.status == 500);
}

BOOST_AUTO_TEST_CASE(server_may_answer_at_length_while_it_reads) {
  // Neither side may wait for the other: the answer is larger than any socket buffer, and is sent
  // before the request was read.
  FakeEngine engine;
  engine.on("POST", "/load",
            Reply{.body = std::string(more_than_sockets_hold, 'y'), .read_only = 0});
  const auto response = http::fetch(*client_of(engine), upload(more_than_sockets_hold), {});
  BOOST_TEST(response.body.size() == more_than_sockets_hold);
}

BOOST_AUTO_TEST_CASE(answer_cut_anywhere_is_an_error) {
  FakeEngine engine;
  const auto client = client_of(engine);
  for (const auto framing : {Reply::Framing::content_length, Reply::Framing::chunked}) {
    for (std::size_t size = 0; size < 40; ++size) {
      engine.on("GET", "/x", Reply{.body = "hello", .framing = framing, .send_only = size});
      check_fails(*client, {.target = "/x"}, ErrorKind::unavailable);
      engine.on("POST", "/load", Reply{.body = "hello", .framing = framing, .send_only = size});
      check_fails(*client, upload(1000), ErrorKind::unavailable);
    }
  }
}

BOOST_AUTO_TEST_CASE(connection_closed_while_sending_is_an_error) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.read_only = 100'000, .send_only = 0});
  const auto client = client_of(engine);
  check_fails(*client, upload(more_than_sockets_hold), ErrorKind::unavailable);
}

BOOST_AUTO_TEST_CASE(garbage_is_an_error_and_the_next_request_works) {
  FakeEngine engine;
  engine.once("GET", "/x", Reply{.raw = "SSH-2.0-OpenSSH\r\n"});
  engine.on("GET", "/x", Reply{.body = "a"});
  const auto client = client_of(engine);
  check_fails(*client, {.target = "/x"}, ErrorKind::corrupt);
  BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == "a");
  BOOST_TEST(engine.connections() == 2);
}

BOOST_AUTO_TEST_CASE(failing_writer_leaves_an_incomplete_request) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.body = "done"});
  engine.on("GET", "/x", Reply{.body = "a"});
  const auto client = client_of(engine);
  Request request = upload(more_than_sockets_hold);
  request.stream = [](archive::Sink& sink) {
    sink.write(std::vector<std::byte>(1'000'000));
    throw Error(ErrorKind::corrupt, "layer 3 is broken");
  };
  check_fails(*client, request, ErrorKind::corrupt);
  BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body == "a");
  BOOST_TEST(!engine.requests().at(0).whole);
}

BOOST_AUTO_TEST_CASE(body_of_another_size_than_announced_is_our_bug) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{});
  const auto client = client_of(engine);
  for (const std::uint64_t announced : {999U, 1001U}) {
    Request request = upload(1000);
    request.stream_size = announced;
    check_fails(*client, request, ErrorKind::internal);
  }
}

BOOST_AUTO_TEST_CASE(body_handler_may_give_up) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.body = std::string(1000, 'x')});
  const auto client = client_of(engine);
  BOOST_CHECK_THROW((void)http::fetch(*client, {.target = "/x"}, {}, 10), Error);
  BOOST_TEST(http::fetch(*client, {.target = "/x"}, {}).body.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(cancel_ends_the_wait_for_an_answer) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.hold = true});
  const auto client = client_of(engine);
  const CancelAtRequest cancel(engine, 1);
  check_fails(*client, {.target = "/x"}, ErrorKind::cancelled, cancel.token());
}

BOOST_AUTO_TEST_CASE(cancel_ends_a_stalled_upload) {
  FakeEngine engine;
  engine.on("POST", "/load", Reply{.read_only = 10, .hold = true});
  const auto client = client_of(engine);
  const CancelAtRequest cancel(engine, 1);
  check_fails(*client, upload(more_than_sockets_hold), ErrorKind::cancelled, cancel.token());
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_after_cancel) {
  FakeEngine engine;
  const auto client = client_of(engine);
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  check_fails(*client, {.target = "/x"}, ErrorKind::cancelled, source.token());
  BOOST_TEST(engine.connections() == 0);
}

BOOST_AUTO_TEST_CASE(server_that_hangs_is_an_error_after_the_time_limit) {
  FakeEngine engine;
  engine.on("GET", "/x", Reply{.hold = true});
  engine.on("GET", "/y", Reply{.body = "fine"});
  const auto client = client_of(engine);
  const http::Request request{.target = "/x", .time_limit = std::chrono::milliseconds(20)};
  BOOST_CHECK_EXCEPTION((void)http::fetch(*client, request, {}), Error, [](const Error& error) {
    BOOST_TEST(error.message() == "no answer from the server within 0.02 s");
    return error.kind() == ErrorKind::unavailable && !error.hint().empty();
  });
  // By a connection of its own.
  BOOST_TEST(http::fetch(*client, {.target = "/y"}, {}).body == "fine");
}

BOOST_AUTO_TEST_CASE(last_words_explain_a_broken_connection) {
  const auto client = http::socket_client(std::make_unique<EndsAtOnce>(), "docker");
  for (const Request& request : {Request{.target = "/x"}, upload(more_than_sockets_hold)}) {
    BOOST_CHECK_EXCEPTION((void)http::fetch(*client, request, {}), Error, [](const Error& error) {
      return error.kind() == ErrorKind::unavailable && error.detail() == "ssh: no route to host";
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()
