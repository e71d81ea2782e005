#include "agent/error_json.hpp"
#include "agent/event_json.hpp"
#include "agent/frames.hpp"
#include "agent/serve.hpp"
#include "fakes/memory_stream.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <span>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

using namespace nixbuild;
using namespace nixbuild::agent;

namespace {

void wait_for(const CancelToken& token) {
  pollfd entry{.fd = token.poll_fd(), .events = POLLIN, .revents = 0};
  ::poll(&entry, 1, -1);
}

void wait_for_forced(const CancelToken& token) {
  std::promise<void> forced;
  const auto watch = token.on_cancel([&](CancelLevel level) {
    if (level == CancelLevel::forced) forced.set_value();
  });
  forced.get_future().wait();
}

// An agent in a thread, and its client's end of the connection byte for byte.
class ServedWork {
public:
  explicit ServedWork(Work work, std::chrono::milliseconds grace = std::chrono::hours(1),
                      std::chrono::milliseconds quiet = std::chrono::hours(1)) {
    Pipe ends = make_socket_pair();
    client_ = std::move(ends.read);
    status_ = std::async(std::launch::async,
                         [agent = std::move(ends.write), work = std::move(work), grace, quiet] {
                           return serve(agent.get(), agent.get(), own_hello("1.2.3", "/home/me"),
                                        work, {.without_client = grace, .without_news = quiet});
                         });
  }

  // A test that failed does not wait for an agent that waits for it.
  ~ServedWork() { close(); }
  ServedWork(const ServedWork&) = delete;
  ServedWork& operator=(const ServedWork&) = delete;

  void send(std::string_view bytes) const {
    write_all(client_.get(), std::as_bytes(std::span(bytes)));
  }
  void send(FrameType type, std::string_view payload) const { send(encode_frame(type, payload)); }
  void close() { client_.reset(); }
  void end_input() const { ::shutdown(client_.get(), SHUT_WR); }

  Frame next() {
    for (;;) {
      if (auto frame = reader_.next()) return *frame;
      std::array<std::byte, 4096> buffer{};
      const std::size_t got = read_some(client_.get(), buffer);
      BOOST_REQUIRE(got > 0);
      reader_.feed({reinterpret_cast<const char*>(buffer.data()), got});
    }
  }
  Frame next(FrameType type) {
    Frame frame = next();
    BOOST_REQUIRE_EQUAL(static_cast<int>(frame.type), static_cast<int>(type));
    return frame;
  }
  Error next_error() { return error_from_json(next(FrameType::error).payload); }

  int status() { return status_.get(); }

private:
  UniqueFd client_;
  FrameReader reader_;
  std::future<int> status_;
};

std::string echo(const std::string& request, Conversation&, progress::Reporter&,
                 const CancelToken&) {
  return "did " + request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(greets_works_and_reports) {
  ServedWork agent(echo);
  const Hello hello = hello_from_json(agent.next(FrameType::hello).payload);
  BOOST_TEST(hello.protocol == protocol_version);
  BOOST_TEST(hello.version == "1.2.3");
  BOOST_TEST(hello.home == "/home/me");
  BOOST_TEST(hello.pid > 0);
  agent.send(FrameType::request, "this");
  BOOST_TEST(agent.next(FrameType::report).payload == "did this");
  BOOST_TEST(agent.status() == 0);
}

BOOST_AUTO_TEST_CASE(the_error_of_the_work_is_sent_as_it_is) {
  ServedWork agent([](const std::string&, Conversation&, progress::Reporter&,
                      const CancelToken&) -> std::string {
    throw Error(ErrorKind::usage, "no").with_hint("do not").with_detail("why");
  });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  const Error error = agent.next_error();
  BOOST_TEST((error.kind() == ErrorKind::usage));
  BOOST_TEST(error.hint() == "do not");
  BOOST_TEST(error.detail() == "why");
  BOOST_TEST(agent.status() == 125);
}

BOOST_AUTO_TEST_CASE(any_other_exception_is_an_internal_error) {
  ServedWork agent([](const std::string&, Conversation&, progress::Reporter&,
                      const CancelToken&) -> std::string { throw std::out_of_range("at()"); });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  BOOST_TEST((agent.next_error().kind() == ErrorKind::internal));
}

BOOST_AUTO_TEST_CASE(a_report_that_no_frame_can_hold_is_an_error) {
  ServedWork agent([](const std::string&, Conversation&, progress::Reporter&, const CancelToken&) {
    return std::string(longest_text + 1, 'x');
  });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  BOOST_TEST((agent.next_error().kind() == ErrorKind::internal));
}

BOOST_AUTO_TEST_CASE(events_go_before_the_report) {
  ServedWork agent(
      [](const std::string&, Conversation&, progress::Reporter& reporter, const CancelToken&) {
        progress::Step step(reporter, "build hello");
        step.log("line");
        return std::string();
      });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  const auto started = event_from_json(agent.next(FrameType::event).payload);
  BOOST_TEST(std::get<progress::StepStarted>(started).name == "build hello");
  const auto log = event_from_json(agent.next(FrameType::event).payload);
  BOOST_TEST(std::get<progress::StepLog>(log).line == "line");
  const auto finished = event_from_json(agent.next(FrameType::event).payload);
  BOOST_TEST((std::get<progress::StepFinished>(finished).outcome == progress::Outcome::done));
  (void)agent.next(FrameType::report);
}

BOOST_AUTO_TEST_CASE(a_growing_item_is_not_sent_at_every_byte) {
  constexpr int many = 10'000;
  ServedWork agent(
      [](const std::string&, Conversation&, progress::Reporter& reporter, const CancelToken&) {
        const progress::Time at(std::chrono::seconds(1));
        for (int number = 1; number <= many; ++number) {
          // All within a second, by their own clock.
          reporter.report(progress::ItemAdvanced{.step = 1,
                                                 .item = "layer",
                                                 .current = static_cast<std::uint64_t>(number),
                                                 .total = many,
                                                 .started = at,
                                                 .at = at + std::chrono::microseconds(100 * number),
                                                 .completed = number == many});
        }
        return std::string();
      });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  std::vector<progress::ItemAdvanced> items;
  for (Frame frame = agent.next(); frame.type == FrameType::event; frame = agent.next())
    items.push_back(std::get<progress::ItemAdvanced>(event_from_json(frame.payload)));
  BOOST_TEST(items.size() > 5U);
  BOOST_TEST(items.size() < 20U);
  BOOST_REQUIRE(!items.empty());
  BOOST_TEST(items.back().current == static_cast<std::uint64_t>(many));
  BOOST_TEST(items.back().completed);
}

BOOST_AUTO_TEST_CASE(work_goes_on_though_the_client_does_not_read) {
  constexpr int lines = 200'000;
  std::promise<void> done;
  ServedWork agent(
      [&](const std::string&, Conversation&, progress::Reporter& reporter, const CancelToken&) {
        progress::Step step(reporter, "build");
        for (int number = 0; number < lines; ++number)
          step.log(std::string(100, 'x'));
        done.set_value();
        return std::string("made");
      });
  agent.send(FrameType::request, "");
  done.get_future().wait();
  (void)agent.next(FrameType::hello);
  int got = 0;
  bool ended = false;
  std::string missing;
  Frame frame = agent.next();
  for (; frame.type == FrameType::event; frame = agent.next()) {
    const auto event = event_from_json(frame.payload);
    if (std::holds_alternative<progress::StepLog>(event)) ++got;
    if (std::holds_alternative<progress::StepFinished>(event)) ended = true;
    if (const auto* notice = std::get_if<progress::Notice>(&event)) missing = notice->text;
  }
  BOOST_TEST(got > 1000);
  BOOST_TEST(got < lines);
  BOOST_TEST(missing == format("{} lines of output are missing here: they came faster than they "
                               "could be sent",
                               lines - got));
  BOOST_TEST(ended);
  BOOST_TEST(frame.payload == "made");
  BOOST_TEST(agent.status() == 0);
}

BOOST_AUTO_TEST_CASE(work_without_news_gives_signs_of_life) {
  ServedWork agent(
      [](const std::string&, Conversation&, progress::Reporter&, const CancelToken& cancel) {
        wait_for(cancel);
        return std::string("done");
      },
      std::chrono::hours(1), std::chrono::milliseconds(1));
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  (void)agent.next(FrameType::alive);
  (void)agent.next(FrameType::alive);
  agent.send(FrameType::cancel, "graceful");
  Frame frame = agent.next();
  while (frame.type == FrameType::alive)
    frame = agent.next();
  BOOST_TEST(frame.payload == "done");
}

BOOST_AUTO_TEST_CASE(the_client_can_cancel_gently_and_by_force) {
  ServedWork agent([](const std::string&, Conversation&, progress::Reporter& reporter,
                      const CancelToken& cancel) -> std::string {
    wait_for(cancel);
    if (reporter.cancelled()) progress::notice(reporter, progress::Notice::Level::info, "stopping");
    wait_for_forced(cancel);
    cancel.throw_if_cancelled();
    return "not cancelled";
  });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  agent.send(FrameType::cancel, "graceful");
  (void)agent.next(FrameType::event);
  agent.send(FrameType::cancel, "forced");
  BOOST_TEST((agent.next_error().kind() == ErrorKind::cancelled));
  BOOST_TEST(agent.status() == 130);
}

BOOST_AUTO_TEST_CASE(work_that_nobody_waits_for_is_stopped) {
  std::promise<void> began;
  ServedWork agent(
      [&](const std::string&, Conversation&, progress::Reporter&,
          const CancelToken& cancel) -> std::string {
        began.set_value();
        wait_for(cancel);
        wait_for_forced(cancel);
        cancel.throw_if_cancelled();
        return {};
      },
      std::chrono::milliseconds(1));
  agent.send(FrameType::request, "");
  began.get_future().wait();
  agent.close();
  BOOST_TEST(agent.status() == 130);
}

BOOST_AUTO_TEST_CASE(an_end_is_not_awaited_by_a_client_that_neither_reads_nor_listens) {
  ServedWork agent(
      [&](const std::string&, Conversation&, progress::Reporter& reporter,
          const CancelToken& cancel) -> std::string {
        progress::Step step(reporter, "build");
        for (int number = 0; number < 20'000; ++number)
          step.log(std::string(100, 'x'));
        wait_for(cancel);
        return "late";
      },
      std::chrono::milliseconds(1));
  agent.send(FrameType::request, "");
  agent.end_input(); // but the socket stays open, full of what nobody reads
  BOOST_TEST(agent.status() == 0);
}

BOOST_AUTO_TEST_CASE(questions_are_answered_with_data_both_ways) {
  const std::string large(3U << 20U, 'q');
  ServedWork agent(
      [&](const std::string&, Conversation& client, progress::Reporter&, const CancelToken&) {
        fakes::MemorySource question(large);
        fakes::MemorySink received;
        const std::string answer = client.ask("files?", question, received);
        return answer + ":" + received.text + ":" + client.ask("sure?");
      });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  BOOST_TEST(agent.next(FrameType::ask).payload == "files?");
  std::string data;
  for (Frame piece = agent.next(FrameType::data); !piece.payload.empty();
       piece = agent.next(FrameType::data))
    data += piece.payload;
  BOOST_TEST((data == large));
  agent.send(FrameType::data, "one,");
  agent.send(FrameType::data, "two");
  agent.send(FrameType::answer, "these");
  BOOST_TEST(agent.next(FrameType::ask).payload == "sure?");
  BOOST_TEST(agent.next(FrameType::data).payload.empty());
  agent.send(FrameType::answer, "yes");
  BOOST_TEST(agent.next(FrameType::report).payload == "these:one,two:yes");
}

BOOST_AUTO_TEST_CASE(what_comes_for_a_question_that_was_given_up_is_dropped) {
  class Full final : public archive::Sink {
    void write(std::span<const std::byte>) override { throw Error(ErrorKind::no_space, "full"); }
  };
  ServedWork agent(
      [](const std::string&, Conversation& client, progress::Reporter&, const CancelToken&) {
        Full full;
        try {
          return client.ask("files?", full);
        } catch (const Error&) {
          return client.ask("again?");
        }
      });
  (void)agent.next(FrameType::hello);
  agent.send(FrameType::request, "");
  (void)agent.next(FrameType::ask);
  (void)agent.next(FrameType::data);
  for (int number = 0; number < 100; ++number)
    agent.send(FrameType::data, std::string(longest_data, 'x'));
  agent.send(FrameType::answer, "late");
  BOOST_TEST(agent.next(FrameType::ask).payload == "again?");
  (void)agent.next(FrameType::data);
  agent.send(FrameType::answer, "now");
  BOOST_TEST(agent.next(FrameType::report).payload == "now");
}

BOOST_AUTO_TEST_CASE(what_was_not_asked_for_stops_the_work) {
  const std::vector<std::string> strange{
      encode_frame(FrameType::data, "x"),       encode_frame(FrameType::answer, "x"),
      encode_frame(FrameType::request, "x"),    encode_frame(FrameType::hello, "{}"),
      encode_frame(FrameType::cancel, "maybe"), std::string(1, '\xff'),
  };
  for (const std::string& bytes : strange) {
    ServedWork agent([](const std::string&, Conversation& client, progress::Reporter&,
                        const CancelToken& cancel) -> std::string {
      wait_for(cancel);
      return client.ask("still there?");
    });
    (void)agent.next(FrameType::hello);
    agent.send(FrameType::request, "");
    agent.send(bytes);
    BOOST_TEST((agent.next_error().kind() == ErrorKind::cancelled));
    BOOST_TEST(agent.status() == 130);
  }
}

BOOST_AUTO_TEST_CASE(input_that_ends_anywhere_ends_the_agent) {
  const std::string request = encode_frame(FrameType::request, "files");
  const std::string whole =
      request + encode_frame(FrameType::data, "abc") + encode_frame(FrameType::answer, "done");
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ServedWork agent([](const std::string& question, Conversation& client, progress::Reporter&,
                        const CancelToken&) {
      fakes::MemorySink received;
      return client.ask(question, received);
    });
    (void)agent.next(FrameType::hello);
    agent.send(std::string_view(whole).substr(0, std::min(cut, request.size())));
    if (cut >= request.size()) {
      (void)agent.next(FrameType::ask);
      (void)agent.next(FrameType::data);
      agent.send(std::string_view(whole).substr(request.size(), cut - request.size()));
    }
    agent.end_input();
    BOOST_TEST(agent.status() != 0);
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_is_gone_before_the_greeting_is_no_signal) {
  for (int round = 0; round < 20; ++round) {
    ServedWork agent(echo);
    agent.close();
    BOOST_TEST(agent.status() == 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()
