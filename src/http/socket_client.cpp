#include "http/socket_client.hpp"

#include "http/request_head.hpp"
#include "http/response_reader.hpp"
#include "http/stream_socket.hpp"
#include "support/format.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace nixbuild::http {

namespace {

constexpr std::size_t send_buffer_size = 256 << 10U;

// Leaves a body's writer when more bytes would be of no use: the answer is complete, or nobody
// reads any more. An Error, so that code in between which handles errors handles it too.
class SendingStopped : public Error {
public:
  SendingStopped()
      : Error(ErrorKind::unavailable, "the server stopped reading before the end of the request") {}
};

// One request and its answer on one connection. Both directions are served by one thread: a
// server that answers while it reads must be read, or both sides would wait for each other.
class Exchange {
public:
  Exchange(const StreamSocket& socket, bool to_head, const BodyHandler& on_body,
           const CancelToken& cancel)
      : socket_(socket)
      , cancel_(cancel)
      , reader_(to_head, on_body) {}

  // Throws SendingStopped.
  void send(std::span<const std::byte> data) {
    while (!data.empty()) {
      const StreamSocket::Ready ready = socket_.wait(true, cancel_);
      if (ready.to_read) receive();
      if (reader_.complete() || ended_) stop();
      if (!ready.to_write) continue;
      const auto sent = socket_.send(data);
      if (!sent) {
        reason_ = sent.error();
        stop();
      }
      data = data.subspan(*sent);
    }
  }

  void receive_answer() {
    while (!reader_.complete() && !ended_) {
      (void)socket_.wait(false, cancel_);
      receive();
    }
  }

  // Whether some of the request was not sent.
  [[nodiscard]] bool stopped_early() const { return stopped_early_; }
  [[nodiscard]] const ResponseReader& answer() const { return reader_; }
  // Why the connection ended, as an errno value; 0 when the server closed it in order.
  [[nodiscard]] int reason() const { return reason_; }

private:
  [[noreturn]] void stop() {
    stopped_early_ = true;
    throw SendingStopped();
  }

  void receive() {
    const auto got = socket_.receive(buffer_);
    if (!got) {
      reason_ = got.error();
      ended_ = true;
    } else if (got->at_end) {
      reader_.feed_end();
      ended_ = true;
    } else {
      reader_.feed({reinterpret_cast<const char*>(buffer_.data()), got->bytes});
    }
  }

  const StreamSocket& socket_;
  const CancelToken& cancel_;
  ResponseReader reader_;
  std::array<std::byte, 64 << 10U> buffer_{};
  bool ended_ = false; // nothing more can be received
  bool stopped_early_ = false;
  int reason_ = 0;
};

// Collects small writes, and counts that the body has the size that was announced.
class BodySink : public archive::Sink {
public:
  BodySink(Exchange& exchange, std::uint64_t size) : exchange_(exchange), missing_(size) {
    buffer_.reserve(send_buffer_size);
  }

  void write(std::span<const std::byte> data) override {
    if (data.size() > missing_) wrong_size();
    missing_ -= data.size();
    if (buffer_.size() + data.size() < send_buffer_size) {
      buffer_.insert(buffer_.end(), data.begin(), data.end());
      return;
    }
    flush();
    exchange_.send(data);
  }

  void finish() {
    if (missing_ != 0) wrong_size();
    flush();
  }

private:
  void flush() {
    exchange_.send(buffer_);
    buffer_.clear();
  }

  [[noreturn]] static void wrong_size() {
    throw Error(ErrorKind::internal, "the body of a request has another size than announced");
  }

  Exchange& exchange_;
  std::uint64_t missing_;
  std::vector<std::byte> buffer_;
};

void send_request(Exchange& exchange, const Request& request, std::string_view head) {
  try {
    exchange.send(std::as_bytes(std::span(head)));
    if (!request.stream) {
      exchange.send(std::as_bytes(std::span(request.body)));
      return;
    }
    BodySink sink(exchange, request.stream_size);
    request.stream(sink);
    if (!exchange.stopped_early()) sink.finish();
  } catch (...) {
    // A writer that we stopped may put it in its own words.
    if (!exchange.stopped_early()) throw;
  }
}

class SocketClient : public Client {
public:
  SocketClient(std::shared_ptr<Connector> connector, std::string host)
      : connector_(std::move(connector))
      , host_(std::move(host)) {}

  ResponseHead exchange(const Request& request, const BodyHandler& on_body,
                        const CancelToken& cancel) override {
    const std::string head = request_head(request, host_);
    const bool to_head = request.method == "HEAD";
    if (socket_ && !socket_->readable_now()) {
      Exchange exchange(*socket_, to_head, on_body, cancel);
      run(exchange, request, head);
      // A server may close an idle connection at any time, also just when we send. What changes
      // nothing can be asked again.
      const bool repeatable = request.method == "GET" || to_head;
      if (!repeatable || exchange.answer().started()) return conclude(exchange);
    }
    close();
    open(cancel);
    Exchange exchange(*socket_, to_head, on_body, cancel);
    run(exchange, request, head);
    return conclude(exchange);
  }

private:
  void open(const CancelToken& cancel) {
    Connection connection = connector_->connect(cancel);
    socket_ = std::make_unique<StreamSocket>(std::move(connection.socket));
    last_words_ = std::move(connection.last_words);
  }

  // Returns who can say why the connection broke, if it did.
  std::function<std::string()> close() {
    socket_.reset();
    return std::exchange(last_words_, {});
  }

  void run(Exchange& exchange, const Request& request, std::string_view head) {
    try {
      if (request.time_limit) {
        socket_->give_up_at(StreamSocket::Clock::now() + *request.time_limit);
      } else {
        socket_->give_up_at({});
      }
      send_request(exchange, request, head);
      exchange.receive_answer();
    } catch (const TimedOut&) {
      close();
      throw Error(ErrorKind::unavailable,
                  format("no answer from {} within {} s", connector_->peer(),
                         std::chrono::duration<double>(*request.time_limit).count()))
          .with_hint("it may hang or be overloaded: does `docker version` answer?");
    } catch (...) {
      close();
      throw;
    }
  }

  ResponseHead conclude(const Exchange& exchange) {
    const ResponseReader& answer = exchange.answer();
    if (!answer.complete()) broken(exchange.reason());
    if (exchange.stopped_early() || !answer.reusable()) close();
    return answer.head();
  }

  [[noreturn]] void broken(int reason) {
    std::string message =
        format("the connection to {} ended before the answer was complete", connector_->peer());
    if (reason != 0) message += ": " + std::generic_category().message(reason);
    const auto last_words = close();
    throw Error(ErrorKind::unavailable, std::move(message))
        .with_detail(last_words ? last_words() : std::string());
  }

  std::shared_ptr<Connector> connector_;
  std::string host_;
  std::unique_ptr<StreamSocket> socket_;
  std::function<std::string()> last_words_;
};

} // namespace

std::unique_ptr<Client> socket_client(std::shared_ptr<Connector> connector, std::string host) {
  return std::make_unique<SocketClient>(std::move(connector), std::move(host));
}

} // namespace nixbuild::http
