#include "agent/call.hpp"
#include "agent/error_json.hpp"
#include "agent/event_json.hpp"
#include "agent/frames.hpp"
#include "agent/serve.hpp"
#include "fakes/memory_stream.hpp"
#include "fakes/recording_reporter.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

using namespace nixbuild;
using namespace nixbuild::agent;

namespace {

void wait_for(const CancelToken& token) {
  pollfd entry{.fd = token.poll_fd(), .events = POLLIN, .revents = 0};
  ::poll(&entry, 1, -1);
}

// A program that is a function with the other end of the socket, in a thread.
class ThreadChild final : public process::Child {
public:
  ThreadChild(std::function<void(int)> program, UniqueFd socket)
      : thread_([program = std::move(program), socket = std::move(socket)] {
        program(socket.get());
      }) {}
  ~ThreadChild() override {
    if (thread_.joinable()) thread_.join();
  }
  process::ExitStatus wait() override {
    if (thread_.joinable()) thread_.join();
    return {.code = 255};
  }
  bool ends_within(std::chrono::milliseconds /*limit*/) override {
    (void)wait();
    return true;
  }
  std::string tail_of_stderr() const override { return "its last words"; }

private:
  std::thread thread_;
};

std::expected<Connection, NoGreeting> open(std::function<void(int)> program) {
  Pipe ends = make_socket_pair();
  auto child = std::make_unique<ThreadChild>(std::move(program), std::move(ends.write));
  return Connection::open(std::move(child), std::move(ends.read), "vm", {});
}

// A connection to an agent that does `work`, in this process.
Connection connect(Work work, std::string version = "1") {
  auto connection = open([work = std::move(work), version](int socket) {
    (void)serve(socket, socket, own_hello(version, "/home/me"), work);
  });
  BOOST_REQUIRE(connection.has_value());
  return std::move(*connection);
}

// A program that says `bytes` and then listens until nobody talks to it, or ends at once.
enum class Then { listen, end };
std::function<void(int)> saying(std::string bytes, Then then = Then::end) {
  return [bytes = std::move(bytes), then](int socket) {
    write_all(socket, std::as_bytes(std::span(bytes)));
    std::array<std::byte, 4096> buffer{};
    while (then == Then::listen && read_some(socket, buffer) > 0) {
    }
  };
}

std::string hello_frame() {
  return encode_frame(FrameType::hello, hello_to_json(own_hello("1", "")));
}

const Answerer no_answers = [](const std::string& question, archive::Source&,
                               archive::Sink&) -> std::string {
  throw Error(ErrorKind::internal, "no answer to " + question);
};

struct Client {
  fakes::RecordingReporter reporter;
  CancelSource cancel;
  std::string call(Connection& connection, const Answerer& answerer = no_answers) {
    return connection.call("request", reporter, answerer, cancel.token());
  }
  Error error_of(Connection& connection, const Answerer& answerer = no_answers) {
    try {
      (void)call(connection, answerer);
    } catch (const Error& error) {
      return error;
    }
    BOOST_FAIL("no error");
    return {ErrorKind::internal, ""};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(calling)

BOOST_AUTO_TEST_CASE(the_report_of_the_work_is_returned) {
  Connection connection = connect([](const std::string& request, Conversation&, progress::Reporter&,
                                     const CancelToken&) { return "did " + request; });
  BOOST_TEST(connection.hello().home == "/home/me");
  BOOST_TEST(Client().call(connection) == "did request");
}

BOOST_AUTO_TEST_CASE(the_error_of_the_work_is_thrown) {
  Connection connection = connect([](const std::string&, Conversation&, progress::Reporter&,
                                     const CancelToken&) -> std::string {
    Error error = Error(ErrorKind::no_space, "full").with_hint("delete").with_detail("there");
    error.add_frame("loading");
    throw Error(std::move(error));
  });
  const Error error = Client().error_of(connection);
  BOOST_TEST((error.kind() == ErrorKind::no_space));
  BOOST_TEST(error.message() == "full");
  BOOST_TEST(error.hint() == "delete");
  BOOST_TEST(error.detail() == "there");
  BOOST_TEST(error.frames().size() == 1U);
}

BOOST_AUTO_TEST_CASE(progress_is_shown_with_our_numbers_and_our_clock) {
  const auto theirs = progress::Time(std::chrono::hours(24));
  Hello hello = own_hello("1", "");
  hello.time = theirs;
  const std::string bytes =
      encode_frame(FrameType::hello, hello_to_json(hello)) + encode_frame(FrameType::alive, "") +
      encode_frame(FrameType::event,
                   event_to_json(progress::StepStarted{.step = 1, .name = "build", .at = theirs})) +
      encode_frame(FrameType::event,
                   event_to_json(progress::StepLog{.step = 1, .line = "line", .at = theirs})) +
      encode_frame(FrameType::event, event_to_json(progress::StepLog{
                                         .step = 9, .line = "of no step", .at = theirs})) +
      encode_frame(FrameType::event, event_to_json(progress::StepFinished{
                                         .step = 1, .at = theirs + std::chrono::seconds(3)})) +
      encode_frame(FrameType::report, "done");
  const auto before = progress::Clock::now();
  auto connection = open(saying(bytes, Then::listen));
  const auto after = progress::Clock::now();
  BOOST_REQUIRE(connection.has_value());
  Client client;
  (void)client.reporter.next_step(); // number 1 is taken
  BOOST_TEST(client.call(*connection) == "done");
  const auto started = client.reporter.all<progress::StepStarted>();
  const auto finished = client.reporter.all<progress::StepFinished>();
  BOOST_REQUIRE_EQUAL(started.size(), 1U);
  BOOST_REQUIRE_EQUAL(finished.size(), 1U);
  BOOST_TEST(started[0].step == 2U);
  BOOST_TEST(finished[0].step == 2U);
  BOOST_TEST((started[0].at >= before && started[0].at <= after));
  BOOST_TEST((finished[0].at - started[0].at == std::chrono::seconds(3)));
  BOOST_TEST(client.reporter.all<progress::StepLog>().size() == 1U);
}

BOOST_AUTO_TEST_CASE(questions_are_answered_with_data_both_ways) {
  constexpr std::size_t size = 8U << 20U;
  Connection connection = connect(
      [](const std::string&, Conversation& client, progress::Reporter&, const CancelToken&) {
        fakes::MemorySource sent(std::string(size, 'a'), 100'000);
        fakes::MemorySink received;
        const std::string answer = client.ask("first", sent, received);
        return answer + client.ask("second") +
               (received.text == std::string(size, 'b') ? " complete" : " damaged");
      });
  std::size_t came = 0;
  const std::string report = Client().call(
      connection, [&](const std::string& question, archive::Source& data, archive::Sink& back) {
        if (question == "second") return std::string("2");
        came = fakes::read_all(data).size();
        const std::string text(size, 'b');
        back.write(std::as_bytes(std::span(text)));
        return std::string("1");
      });
  BOOST_TEST(report == "12 complete");
  BOOST_TEST(came == size);
}

BOOST_AUTO_TEST_CASE(data_of_a_question_need_not_be_read) {
  Connection connection = connect(
      [](const std::string&, Conversation& client, progress::Reporter&, const CancelToken&) {
        fakes::MemorySource sent(std::string(3U << 20U, 'a'));
        fakes::MemorySink received;
        return client.ask("first", sent, received) + received.text;
      });
  const std::string text = "data";
  BOOST_TEST(
      Client().call(connection, [&](const std::string&, archive::Source&, archive::Sink& back) {
        back.write(std::as_bytes(std::span(text)));
        return std::string("text and ");
      }) == "text and data");
}

BOOST_AUTO_TEST_CASE(what_fails_here_stops_the_agent_and_is_thrown) {
  std::promise<bool> stopped;
  Connection connection = connect([&](const std::string&, Conversation& client,
                                      progress::Reporter& reporter, const CancelToken&) {
    progress::Step step(reporter, "copy files");
    try {
      return client.ask("files?");
    } catch (const Error& error) {
      stopped.set_value(error.kind() == ErrorKind::cancelled);
      throw;
    }
  });
  Client client;
  const Error error = client.error_of(
      connection, [](const std::string&, archive::Source&, archive::Sink&) -> std::string {
        throw Error(ErrorKind::not_found, "flake.nix is gone");
      });
  BOOST_TEST((error.kind() == ErrorKind::not_found));
  BOOST_TEST(stopped.get_future().get());
  BOOST_TEST(client.reporter.outcome_of("copy files").has_value());
}

BOOST_AUTO_TEST_CASE(an_agent_that_fails_while_it_is_answered_is_heard) {
  Connection connection = connect(
      [](const std::string&, Conversation& client, progress::Reporter&, const CancelToken&) {
        fakes::MemorySink small(1000);
        return client.ask("files?", small);
      });
  const Error error =
      Client().error_of(connection, [](const std::string&, archive::Source&, archive::Sink& back) {
        const std::string piece(1U << 20U, 'x');
        for (;;) // until it throws
          back.write(std::as_bytes(std::span(piece)));
        return std::string();
      });
  BOOST_TEST(error.message() == "the sink is full");
}

BOOST_AUTO_TEST_CASE(a_cancellation_reaches_the_agent_and_its_end_is_awaited) {
  std::promise<void> began;
  std::promise<void> ended;
  Connection connection =
      connect([&](const std::string&, Conversation&, progress::Reporter& reporter,
                  const CancelToken& cancel) -> std::string {
        progress::Step step(reporter, "build");
        began.set_value();
        wait_for(cancel);
        ended.set_value();
        cancel.throw_if_cancelled();
        return {};
      });
  Client client;
  auto error = std::async(std::launch::async, [&] { return client.error_of(connection).kind(); });
  began.get_future().wait();
  client.cancel.raise(CancelLevel::graceful);
  BOOST_TEST((error.get() == ErrorKind::cancelled));
  BOOST_TEST((ended.get_future().wait_for(std::chrono::seconds(0)) == std::future_status::ready));
  BOOST_TEST((client.reporter.outcome_of("build") == progress::Outcome::cancelled));
}

BOOST_AUTO_TEST_CASE(a_second_cancellation_is_forced) {
  std::promise<void> began;
  std::promise<void> graceful;
  Connection connection = connect([&](const std::string&, Conversation&, progress::Reporter&,
                                      const CancelToken& cancel) -> std::string {
    std::promise<void> forced;
    const auto watch = cancel.on_cancel([&](CancelLevel level) {
      if (level == CancelLevel::forced) forced.set_value();
    });
    began.set_value();
    wait_for(cancel);
    graceful.set_value();
    forced.get_future().wait();
    cancel.throw_if_cancelled();
    return {};
  });
  Client client;
  auto error = std::async(std::launch::async, [&] { return client.error_of(connection).kind(); });
  began.get_future().wait();
  client.cancel.raise(CancelLevel::graceful);
  graceful.get_future().wait();
  client.cancel.raise(CancelLevel::forced);
  BOOST_TEST((error.get() == ErrorKind::cancelled));
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_before_is_cancelled) {
  Connection connection = connect([](const std::string&, Conversation&, progress::Reporter&,
                                     const CancelToken& cancel) -> std::string {
    wait_for(cancel);
    cancel.throw_if_cancelled();
    return {};
  });
  Client client;
  client.cancel.raise(CancelLevel::forced);
  BOOST_TEST((client.error_of(connection).kind() == ErrorKind::cancelled));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_anywhere_is_said_with_the_last_words) {
  const std::string greeting = hello_frame();
  const std::string bytes =
      greeting +
      encode_frame(FrameType::event,
                   event_to_json(progress::StepStarted{
                       .step = 1, .name = "build", .at = progress::Clock::now()})) +
      encode_frame(FrameType::ask, "?") + encode_frame(FrameType::data, "abc") +
      encode_frame(FrameType::data, "") + encode_frame(FrameType::report, "done");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    auto connection = open(saying(bytes.substr(0, cut)));
    if (cut < greeting.size()) {
      BOOST_REQUIRE(!connection.has_value());
      BOOST_TEST(connection.error().err == "its last words");
      BOOST_TEST(connection.error().out == bytes.substr(0, cut));
      BOOST_TEST((connection.error().status && connection.error().status->code == 255));
      continue;
    }
    BOOST_REQUIRE(connection.has_value());
    Client client;
    const Error error =
        client.error_of(*connection, [](const std::string&, archive::Source& data, archive::Sink&) {
          return fakes::read_all(data);
        });
    BOOST_TEST((error.kind() == ErrorKind::unavailable));
    BOOST_TEST(error.detail() == "its last words");
    const auto started = client.reporter.all<progress::StepStarted>().size();
    BOOST_TEST(client.reporter.all<progress::StepFinished>().size() == started);
  }
}

BOOST_AUTO_TEST_CASE(what_greets_in_another_way_is_no_agent) {
  const auto connection = open(saying("Welcome to Ubuntu\n", Then::listen));
  BOOST_REQUIRE(!connection.has_value());
  BOOST_TEST(connection.error().out == "Welcome to Ubuntu\n");
  BOOST_TEST(!connection.error().status.has_value());
}

BOOST_AUTO_TEST_CASE(another_version_of_the_protocol_is_refused) {
  Hello hello = own_hello("9.9", "");
  hello.protocol = protocol_version + 1;
  BOOST_CHECK_EXCEPTION(
      (void)open(saying(encode_frame(FrameType::hello, hello_to_json(hello)))), Error,
      [](const Error& error) { return error.message().find("9.9") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(waiting_for_the_greeting_can_be_cancelled) {
  const CancelSource cancel;
  Pipe ends = make_socket_pair();
  auto child = std::make_unique<ThreadChild>(saying("", Then::listen), std::move(ends.write));
  cancel.raise(CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION(
      (void)Connection::open(std::move(child), std::move(ends.read), "vm", cancel.token()), Error,
      [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_CASE(an_agent_that_talks_nonsense_is_refused) {
  const std::vector<std::string> strange{
      std::string("\xff"),
      encode_frame(FrameType::event, "{}"),
      encode_frame(FrameType::event, "nonsense"),
      encode_frame(FrameType::error, "{}"),
      encode_frame(FrameType::data, "x"),
      encode_frame(FrameType::request, "x"),
      encode_frame(FrameType::hello, "{}"),
      encode_frame(FrameType::ask, "?") + encode_frame(FrameType::ask, "??"),
  };
  for (const std::string& bytes : strange) {
    auto connection = open(saying(hello_frame() + bytes, Then::listen));
    BOOST_REQUIRE(connection.has_value());
    const Error error =
        Client().error_of(*connection, [](const std::string&, archive::Source& data,
                                          archive::Sink&) { return fakes::read_all(data); });
    BOOST_TEST((error.kind() == ErrorKind::corrupt));
  }
}

BOOST_AUTO_TEST_SUITE_END()
