#include "fakes/fake_engine.hpp"
#include "http/curl_web.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/scope_exit.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

using namespace nixbuild;
using fakes::FakeEngine;
using Reply = fakes::FakeEngine::Reply;
using http::Request;

namespace {

constexpr std::uint64_t more_than_sockets_hold = 12'000'000;

struct Fixture {
  FakeEngine server{FakeEngine::Loopback{}};
  std::unique_ptr<http::Web> web = http::curl_web();
  std::string body; // of the last answer

  std::string url(const std::string& path) const {
    return format("http://127.0.0.1:{}{}", server.port(), path);
  }

  http::ResponseHead send(const std::string& path, const Request& request = {},
                          const CancelToken& cancel = {}) {
    body.clear();
    return web->exchange(
        url(path), request, {},
        [&](const http::ResponseHead&, std::string_view chunk) { body += chunk; }, cancel);
  }

  void check_fails(const std::string& path, const Request& request, ErrorKind kind,
                   const CancelToken& cancel = {}) {
    BOOST_CHECK_EXCEPTION((void)send(path, request, cancel), Error, [&](const Error& error) {
      BOOST_TEST_MESSAGE(error.message());
      return error.kind() == kind;
    });
  }
};

Request upload(std::uint64_t size, std::size_t piece = 100'000) {
  return {.method = "PUT",
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

} // namespace

BOOST_FIXTURE_TEST_SUITE(curl_web, Fixture)

BOOST_AUTO_TEST_CASE(get_and_its_answer) {
  server.on("GET", "/x", Reply{.status = 201, .headers = {{"A", "1"}, {"B", ""}}, .body = "hello"});
  const http::ResponseHead head = send("/x?q=1", {.headers = {{"X-Team", "blue"}}});
  BOOST_TEST(head.status == 201);
  BOOST_TEST(head.header("a").value_or("") == "1");
  BOOST_TEST(head.header("b").value_or("absent").empty());
  BOOST_TEST(body == "hello");
  const auto request = server.requests().at(0);
  BOOST_TEST(request.query == "q=1");
  BOOST_TEST(request.headers.at("x-team") == "blue");
  BOOST_TEST(request.headers.at("user-agent") == "docker-nixbuild");
}

BOOST_AUTO_TEST_CASE(every_method_and_body) {
  server.otherwise([](const auto&) { return Reply{.status = 202}; });
  for (const std::string method : {"POST", "PUT", "PATCH"}) {
    for (const std::string sent : {"", "some bytes"}) {
      BOOST_TEST(send("/x", {.method = method, .body = sent}).status == 202);
      const auto request = server.requests().back();
      BOOST_TEST(request.method == method);
      BOOST_TEST(request.body == sent);
      BOOST_TEST(request.headers.at("content-length") == std::to_string(sent.size()));
      BOOST_TEST(!request.headers.contains("expect"));
    }
  }
  BOOST_TEST(send("/x", {.method = "DELETE"}).status == 202);
  BOOST_TEST(server.requests().back().method == "DELETE");
}

BOOST_AUTO_TEST_CASE(connection_is_kept) {
  server.on("GET", "/x", Reply{.body = "a"});
  server.on("HEAD", "/x", Reply{.body = "a"});
  server.on("PUT", "/x", Reply{.status = 201});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(send("/x").status == 200);
    BOOST_TEST(body == "a");
    BOOST_TEST(send("/x", {.method = "HEAD"}).status == 200);
    BOOST_TEST(body.empty());
    BOOST_TEST(send("/x", upload(1000)).status == 201);
  }
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(closed_connection_is_replaced) {
  server.on("GET", "/x", Reply{.body = "a", .close_after = true});
  server.on("PUT", "/x", Reply{.status = 201});
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(send("/x").status == 200);
    BOOST_TEST(send("/x", {.method = "PUT", .body = "b"}).status == 201);
    BOOST_TEST(server.requests().back().body == "b");
  }
}

BOOST_AUTO_TEST_CASE(streamed_bodies_of_every_piece_size) {
  server.on("PUT", "/x", Reply{.status = 201});
  BOOST_TEST(send("/x", upload(0)).status == 201);
  BOOST_TEST(send("/x", upload(1000, 1)).status == 201);
  BOOST_TEST(send("/x", upload(3'000'000, 999)).status == 201);
  BOOST_TEST(send("/x", upload(3'000'000, 3'000'000)).status == 201);
  std::vector<std::size_t> sizes;
  for (const auto& request : server.requests())
    sizes.push_back(request.body.size());
  BOOST_TEST(sizes == (std::vector<std::size_t>{0, 1000, 3'000'000, 3'000'000}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(answer_before_the_end_of_the_request_counts) {
  server.on("PUT", "/x", Reply{.status = 413, .body = "too large", .read_only = 10});
  bool finished = false;
  Request request = upload(more_than_sockets_hold);
  const auto write = request.stream;
  request.stream = [&](archive::Sink& sink) {
    write(sink);
    finished = true;
  };
  BOOST_TEST(send("/x", request).status == 413);
  BOOST_TEST(body == "too large");
  BOOST_TEST(!finished);
}

BOOST_AUTO_TEST_CASE(errors_of_the_writer_and_of_the_handler_come_out) {
  server.on("PUT", "/x", Reply{.status = 201});
  server.on("GET", "/x", Reply{.body = "a"});
  Request request = upload(1000);
  request.stream = [](archive::Sink& sink) {
    sink.write(std::as_bytes(std::span("abc", 3)));
    throw Error(ErrorKind::no_space, "mine");
  };
  check_fails("/x", request, ErrorKind::no_space);
  BOOST_CHECK_EXCEPTION(
      (void)web->exchange(url("/x"), {}, {},
                          [](const auto&, auto) { throw Error(ErrorKind::no_space, "mine"); }, {}),
      Error, [](const Error& error) { return error.kind() == ErrorKind::no_space; });
  BOOST_TEST(send("/x").status == 200);
}

BOOST_AUTO_TEST_CASE(bodies_of_another_size_than_announced_are_bugs) {
  server.on("PUT", "/x", Reply{.status = 201});
  Request request = upload(1000);
  request.stream_size = 999;
  check_fails("/x", request, ErrorKind::internal);
  request.stream_size = 1001;
  check_fails("/x", request, ErrorKind::internal);
}

BOOST_AUTO_TEST_CASE(answers_that_break_off_are_unavailable) {
  server.on("GET", "/x", Reply{.body = std::string(1000, 'a'), .send_only = 200});
  server.on("GET", "/none", Reply{.send_only = 0});
  check_fails("/x", {}, ErrorKind::unavailable);
  check_fails("/none", {}, ErrorKind::unavailable);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_unavailable) {
  BOOST_CHECK_EXCEPTION((void)web->exchange("http://127.0.0.1:1/", {}, {}, {}, {}), Error,
                        [](const Error& error) {
                          BOOST_TEST_MESSAGE(error.message());
                          return error.kind() == ErrorKind::unavailable &&
                                 error.message().find("127.0.0.1") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(server_without_tls_is_unavailable) {
  BOOST_CHECK_EXCEPTION(
      (void)web->exchange(format("https://127.0.0.1:{}/", server.port()), {}, {}, {}, {}), Error,
      [](const Error& error) {
        BOOST_TEST_MESSAGE(error.message());
        return error.kind() == ErrorKind::unavailable;
      });
}

BOOST_AUTO_TEST_CASE(proxies_that_refuse) {
  int status = 407;
  server.otherwise([&](const auto&) {
    return Reply{.status = status, .headers = {{"Proxy-Authenticate", "Basic realm=\"x\""}}};
  });
  const std::string proxy = format("http://me:secret@127.0.0.1:{}", server.port());
  ::setenv("https_proxy", proxy.c_str(), 1);
  const ScopeExit back([] { ::unsetenv("https_proxy"); });
  for (const auto& [next, hint] : {std::pair(407, "wants a login"), std::pair(403, "NO_PROXY")}) {
    status = next;
    BOOST_CHECK_EXCEPTION(
        (void)web->exchange("https://registry.example/", {}, {}, [](const auto&, auto) {}, {}),
        Error, [&](const Error& error) {
          BOOST_TEST_MESSAGE(error.message());
          return error.kind() == ErrorKind::refused &&
                 error.message().contains(format("status {}", next)) &&
                 error.hint().contains(hint) && !error.message().contains("secret");
        });
  }
}

BOOST_AUTO_TEST_CASE(redirects_are_answers) {
  server.on("GET", "/x", Reply{.status = 307, .headers = {{"Location", "/y"}}});
  BOOST_TEST(send("/x").status == 307);
  BOOST_TEST(server.requests().size() == 1);
}

BOOST_AUTO_TEST_CASE(interim_answers_are_passed_over) {
  server.on("GET", "/x",
            Reply{.raw = "HTTP/1.1 103 Early Hints\r\nA: 1\r\n\r\n"
                         "HTTP/1.1 200 OK\r\nB: 2\r\nContent-Length: 2\r\n\r\nok"});
  const http::ResponseHead head = send("/x");
  BOOST_TEST(head.status == 200);
  BOOST_TEST(!head.header("A"));
  BOOST_TEST(head.header("B").value_or("") == "2");
  BOOST_TEST(body == "ok");
}

BOOST_AUTO_TEST_CASE(nonsense_is_refused) {
  server.on("GET", "/x", Reply{.raw = "hello\r\n\r\n"});
  BOOST_CHECK_THROW((void)send("/x"), Error);
  std::string endless = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 10'000; ++i)
    endless += "X: " + std::string(90, 'x') + "\r\n";
  server.on("GET", "/endless", Reply{.raw = endless + "\r\n"});
  check_fails("/endless", {}, ErrorKind::corrupt);
}

BOOST_AUTO_TEST_CASE(headers_that_would_break_out_are_refused) {
  check_fails("/x", {.headers = {{"A", "b\r\nC: d"}}}, ErrorKind::invalid_input);
  check_fails("/x", {.headers = {{"A\n", "b"}}}, ErrorKind::invalid_input);
  BOOST_TEST(server.requests().empty());
}

BOOST_AUTO_TEST_CASE(other_schemes_and_names_in_urls_are_refused) {
  BOOST_CHECK_THROW((void)web->exchange("file:///etc/hostname", {}, {}, {}, {}), Error);
  BOOST_CHECK_THROW((void)web->exchange("http://me:secret@127.0.0.1/", {}, {}, {}, {}), Error);
}

BOOST_AUTO_TEST_CASE(waiting_for_an_answer_is_cancelled) {
  server.on("GET", "/x", Reply{.hold = true});
  const CancelSource source;
  std::thread canceller([&] {
    server.wait_for_request(1);
    source.raise(CancelLevel::graceful);
  });
  check_fails("/x", {}, ErrorKind::cancelled, source.token());
  canceller.join();
}

BOOST_AUTO_TEST_CASE(silent_servers_are_given_up) {
  web = http::curl_web({.idle_limit = std::chrono::milliseconds(20)});
  server.on("GET", "/x", Reply{.hold = true});
  server.on("PUT", "/x", Reply{.hold = true});
  check_fails("/x", {}, ErrorKind::unavailable);
  check_fails("/x", {.method = "PUT", .body = "x"}, ErrorKind::unavailable);
  web = http::curl_web();
  check_fails("/x", {.time_limit = std::chrono::milliseconds(20)}, ErrorKind::unavailable);
}

BOOST_AUTO_TEST_CASE(many_at_once) {
  server.on("GET", "/x", Reply{.body = "a"});
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        std::string text;
        const auto head = web->exchange(
            url("/x"), {}, {}, [&](const auto&, std::string_view chunk) { text += chunk; }, {});
        if (head.status == 200 && text == "a") ++good;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  BOOST_TEST(good == 160);
  BOOST_TEST(server.connections() <= 8);
}

BOOST_AUTO_TEST_SUITE_END()
