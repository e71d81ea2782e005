#include "http/grpc.hpp"

#include "http/request_head.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <nghttp2/nghttp2.h>

namespace nixbuild::http {

namespace {

// A gRPC message on the wire: one byte "compressed?", four bytes length, big-endian, the message.
constexpr std::size_t prefix_size = 5;

std::string framed(const std::string& message) {
  std::string bytes(1, '\0');
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    bytes += static_cast<char>((message.size() >> shift) & 0xFFU);
  }
  return bytes + message;
}

std::vector<std::string> unframed(std::string_view bytes) {
  std::vector<std::string> messages;
  while (!bytes.empty()) {
    if (bytes.size() < prefix_size || bytes[0] != 0) {
      throw Error(ErrorKind::corrupt, "the answer is not a gRPC message");
    }
    std::size_t length = 0;
    for (const char c : bytes.substr(1, 4))
      length = length << 8U | static_cast<unsigned char>(c);
    bytes.remove_prefix(prefix_size);
    if (bytes.size() < length) throw Error(ErrorKind::corrupt, "a gRPC message was cut short");
    messages.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return messages;
}

// The state of one call, as nghttp2's callbacks see it.
struct Call {
  std::string request;
  std::size_t request_sent = 0;
  std::string answer;
  std::size_t answer_limit = 0;
  std::string grpc_status;
  std::string grpc_message;
  std::string http_status;
  bool finished = false;
};

Call& call_of(void* user_data) {
  return *static_cast<Call*>(user_data);
}

ssize_t read_request(nghttp2_session*, int32_t, uint8_t* buffer, std::size_t length,
                     uint32_t* flags, nghttp2_data_source*, void* user_data) {
  Call& call = call_of(user_data);
  const std::size_t count = std::min(length, call.request.size() - call.request_sent);
  std::copy_n(call.request.data() + call.request_sent, count, buffer);
  call.request_sent += count;
  if (call.request_sent == call.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

int on_header(nghttp2_session*, const nghttp2_frame*, const uint8_t* name, std::size_t name_size,
              const uint8_t* value, std::size_t value_size, uint8_t, void* user_data) {
  Call& call = call_of(user_data);
  const std::string_view key(reinterpret_cast<const char*>(name), name_size);
  const std::string_view text(reinterpret_cast<const char*>(value), value_size);
  if (key == "grpc-status") call.grpc_status = text;
  if (key == "grpc-message") call.grpc_message = text;
  if (key == ":status") call.http_status = text;
  return 0;
}

int on_data(nghttp2_session*, uint8_t, int32_t, const uint8_t* data, std::size_t size,
            void* user_data) {
  Call& call = call_of(user_data);
  if (call.answer.size() + size > call.answer_limit) return NGHTTP2_ERR_CALLBACK_FAILURE;
  call.answer.append(reinterpret_cast<const char*>(data), size);
  return 0;
}

int on_stream_close(nghttp2_session*, int32_t, uint32_t, void* user_data) {
  call_of(user_data).finished = true;
  return 0;
}

using Session = std::unique_ptr<nghttp2_session, decltype(&nghttp2_session_del)>;

Session new_session(Call& call) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)> owner(
      callbacks, &nghttp2_session_callbacks_del);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session* session = nullptr;
  if (nghttp2_session_client_new(&session, callbacks, &call) != 0) throw std::bad_alloc();
  return {session, &nghttp2_session_del};
}

void check(int status) {
  if (status < 0) {
    throw Error(ErrorKind::corrupt, format("HTTP/2: {}", nghttp2_strerror(status)));
  }
}

void submit(nghttp2_session* session, const std::string& method) {
  const auto header = [](std::string_view name, std::string_view value) {
    // nghttp2 copies names and values; its structure has no const for older callers' sake.
    return nghttp2_nv{reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                      reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                      value.size(), NGHTTP2_NV_FLAG_NONE};
  };
  const std::array headers{
      header(":method", "POST"),       header(":scheme", "http"),
      header(":authority", "docker"),  header(":path", method),
      header("te", "trailers"),        header("content-type", "application/grpc"),
      header("user-agent", "nixbuild")};
  const nghttp2_data_provider body{.source = {}, .read_callback = read_request};
  check(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0));
  check(nghttp2_submit_request(session, nullptr, headers.data(), headers.size(), &body, nullptr));
}

void send_pending(nghttp2_session* session, const StreamSocket& socket, const CancelToken& cancel) {
  for (;;) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session, &data);
    check(static_cast<int>(std::min<ssize_t>(size, 0)));
    if (size == 0) return;
    socket.send_all(std::as_bytes(std::span(data, static_cast<std::size_t>(size))), cancel);
  }
}

void receive(nghttp2_session* session, const StreamSocket& socket, const CancelToken& cancel) {
  std::array<uint8_t, 65536> buffer{};
  const std::size_t got = socket.receive_some(std::as_writable_bytes(std::span(buffer)), cancel);
  check(static_cast<int>(
      std::min<ssize_t>(nghttp2_session_mem_recv(session, buffer.data(), got), 0)));
}

} // namespace

void upgrade_to_h2c(const StreamSocket& socket, const std::string& target, const std::string& host,
                    Headers headers, const CancelToken& cancel) {
  headers.emplace_back("Connection", "Upgrade");
  headers.emplace_back("Upgrade", "h2c");
  const std::string request =
      request_head({.method = "POST", .target = target, .headers = std::move(headers)}, host);
  socket.send_all(std::as_bytes(std::span(request)), cancel);
  // Byte by byte: what follows the head is HTTP/2's already.
  constexpr std::size_t head_limit = 16384;
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    std::byte next{};
    (void)socket.receive_some(std::span(&next, 1), cancel);
    head += static_cast<char>(next);
    if (head.size() > head_limit) {
      throw Error(ErrorKind::corrupt, "the answer to an upgrade to HTTP/2 is too long");
    }
  }
  if (!head.starts_with("HTTP/1.1 101 ")) {
    throw Error(ErrorKind::refused, format("no HTTP/2 at {}", target))
        .with_detail(head.substr(0, head.find('\r')));
  }
}

std::vector<std::string> grpc_call(const StreamSocket& socket, const std::string& method,
                                   const std::string& message, const CancelToken& cancel,
                                   std::size_t limit) {
  Call call{.request = framed(message), .answer_limit = limit};
  const Session session = new_session(call);
  submit(session.get(), method);
  while (!call.finished) {
    send_pending(session.get(), socket, cancel);
    if (call.finished) break;
    // After a breach of the protocol nghttp2 says goodbye and listens no more.
    if (nghttp2_session_want_read(session.get()) == 0) {
      throw Error(ErrorKind::corrupt, format("the answer to {} is not HTTP/2", method));
    }
    receive(session.get(), socket, cancel);
  }
  if (call.grpc_status.empty() && call.http_status == "200") {
    throw Error(ErrorKind::corrupt, format("the answer to {} ended without a status", method));
  }
  if (call.grpc_status != "0") {
    throw Error(ErrorKind::refused, format("the engine refused {}", method))
        .with_detail(call.grpc_message.empty() ? format("HTTP status {}", call.http_status)
                                               : call.grpc_message);
  }
  return unframed(call.answer);
}

} // namespace nixbuild::http
