#include "agent/serve.hpp"

#include "agent/error_json.hpp"
#include "agent/event_relay.hpp"
#include "agent/frames.hpp"
#include "agent/inbox.hpp"
#include "agent/outbox.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/scope_exit.hpp"

#include <cerrno>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace nixbuild::agent {

namespace {

// Of data that goes out, so much may be waiting.
constexpr std::size_t most_waiting = std::size_t{1} << 20U;
constexpr std::size_t any_amount = std::numeric_limits<std::size_t>::max();

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A conversation over the two boxes.
class FramedConversation final : public Conversation {
public:
  FramedConversation(Inbox& inbox, Outbox& outbox, CancelToken cancel)
      : inbox_(inbox)
      , outbox_(outbox)
      , cancel_(std::move(cancel)) {}

  using Conversation::ask;
  std::string ask(std::string_view question, archive::Source& data,
                  archive::Sink& received) override {
    inbox_.begin_exchange();
    const ScopeExit end([this] { inbox_.end_exchange(); });
    push(FrameType::ask, question);
    send(data);
    return receive(received);
  }

private:
  void push(FrameType type, std::string_view payload) {
    outbox_.push(encode_frame(type, payload), most_waiting, cancel_);
  }

  void send(archive::Source& data) {
    std::vector<std::byte> piece(longest_data);
    for (;;) {
      const std::size_t got = data.read(piece);
      push(FrameType::data, as_text(std::span(piece).first(got)));
      if (got == 0) return;
    }
  }

  std::string receive(archive::Sink& received) {
    for (;;) {
      Frame frame = inbox_.next();
      if (frame.type == FrameType::answer) return std::move(frame.payload);
      received.write(std::as_bytes(std::span(frame.payload)));
    }
  }

  Inbox& inbox_;
  Outbox& outbox_;
  CancelToken cancel_;
};

struct Result {
  std::string frame;
  int status = 0;
};

Result failure(const Error& error) {
  return {.frame = encode_frame(FrameType::error, error_to_json(error)),
          .status = exit_code(error.kind())};
}

Result run(const Work& work, Inbox& inbox, Outbox& outbox, const CancelToken& cancel) {
  EventRelay reporter(outbox, cancel);
  FramedConversation client(inbox, outbox, cancel);
  try {
    const std::string request = inbox.request();
    return {.frame = encode_frame(FrameType::report, work(request, client, reporter, cancel))};
  } catch (const Error& error) {
    return failure(error);
  } catch (const std::exception& error) {
    return failure(Error(ErrorKind::internal, format("internal error: {}", error.what())));
  }
}

} // namespace

int serve(int in, int out, const Hello& hello, const Work& work, const Patience& patience) {
  const CancelSource cancel;
  Outbox outbox(out, encode_frame(FrameType::hello, hello_to_json(hello)), patience.without_news,
                encode_frame(FrameType::alive, {}));
  Inbox inbox(in, cancel, patience.without_client, [&outbox] { outbox.abandon(); });
  const Result result = run(work, inbox, outbox, cancel.token());
  (void)outbox.offer(result.frame, any_amount);
  outbox.flush();
  return result.status;
}

StandardStreams take_standard_streams() {
  StandardStreams streams{.in = UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)),
                          .out = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3))};
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!streams.in || !streams.out || !nothing || ::dup2(nothing.get(), STDIN_FILENO) < 0 ||
      ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw system_error(errno, "cannot take over standard input and output");
  }
  return streams;
}

} // namespace nixbuild::agent
