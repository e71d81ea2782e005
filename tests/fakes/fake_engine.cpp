#include "fakes/fake_engine.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace nixbuild::fakes {

namespace {

using Reply = FakeEngine::Reply;

constexpr char tls_handshake = '\x16'; // the type of a TLS client's first record

// Ends the serving of a connection: the client went away or the fake is being destroyed.
struct ConnectionOver {};

void wait_for(int fd, short events, int stop) {
  std::array<pollfd, 2> entries{
      {{.fd = fd, .events = events, .revents = 0}, {.fd = stop, .events = POLLIN, .revents = 0}}};
  ::poll(entries.data(), entries.size(), -1);
  if (entries[1].revents != 0) throw ConnectionOver{};
}

std::string receive(int fd, int stop) {
  wait_for(fd, POLLIN, stop);
  std::array<char, 65536> buffer{};
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) throw ConnectionOver{};
  return {buffer.data(), static_cast<std::size_t>(got)};
}

void send_all(int fd, int stop, std::string_view data, std::size_t piece) {
  while (!data.empty()) {
    wait_for(fd, POLLOUT, stop);
#ifdef MSG_NOSIGNAL
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
    constexpr int flags = MSG_DONTWAIT;
#endif
    const ssize_t sent = ::send(fd, data.data(), std::min(piece, data.size()), flags);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent <= 0) throw ConnectionOver{};
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// As servers do after an early answer: closing TCP with bytes unread resets the connection, and a
// reset can overtake the answer.
void let_answer_arrive(int fd, int stop) {
  ::shutdown(fd, SHUT_WR);
  for (;;)
    (void)receive(fd, stop);
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

// Cuts the text before `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + separator.size()));
  return taken;
}

ReceivedRequest parse_head(std::string_view head) {
  ReceivedRequest request;
  std::string_view line = take_until(head, "\r\n");
  request.method = take_until(line, " ");
  request.target = take_until(line, " ");
  std::string_view query = request.target;
  std::string_view path = take_until(query, "?");
  request.query = query;
  if (path.starts_with("/v1.")) path.remove_prefix(path.find('/', 1));
  request.path = path;
  while (!head.empty()) {
    std::string_view header = take_until(head, "\r\n");
    const std::string name = lower(take_until(header, ": "));
    request.headers[name] = header;
  }
  return request;
}

std::size_t body_size(const ReceivedRequest& request) {
  const auto length = request.headers.find("content-length");
  return length == request.headers.end() ? 0 : std::stoul(length->second);
}

std::string chunked(std::string_view body, std::size_t piece) {
  std::string out;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, piece);
    out += format("{:x}\r\n{}\r\n", chunk.size(), chunk);
    body.remove_prefix(chunk.size());
  }
  return out + "0\r\n\r\n";
}

std::string on_the_wire(const Reply& reply, bool to_head) {
  if (reply.raw) return *reply.raw;
  std::string out = format("HTTP/1.1 {} Text\r\n", reply.status);
  for (const auto& [name, value] : reply.headers)
    out += format("{}: {}\r\n", name, value);
  std::string body = reply.body;
  switch (reply.framing) {
  case Reply::Framing::content_length:
    out += format("Content-Length: {}\r\n", body.size());
    break;
  case Reply::Framing::chunked:
    out += "Transfer-Encoding: chunked\r\n";
    body = chunked(body, reply.piece);
    break;
  case Reply::Framing::until_close:
    out += "Connection: close\r\n";
    break;
  }
  return out + "\r\n" + (to_head ? std::string() : body);
}

Reply not_found() {
  return {.status = 404,
          .headers = {{"Content-Type", "application/json"}},
          .body = R"({"message":"page not found"})"};
}

Reply json_reply(std::string body) {
  return {.headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

} // namespace

Profile Profile::docker_20_10() {
  return {.version = "20.10.24", .api = "1.41", .min_api = "1.12"};
}

Profile Profile::docker_28() {
  return {};
}

Profile Profile::docker_28_containerd() {
  return {.driver = "overlayfs", .containerd_store = true};
}

Profile Profile::podman() {
  return {.product = "Podman Engine", .version = "4.3.1", .api = "1.41", .driver = "overlay"};
}

FakeEngine::FakeEngine(int family)
    : stop_(make_pipe())
    , listener_(::socket(family, SOCK_STREAM, 0))
    , otherwise_{.handler = [](const ReceivedRequest&) { return not_found(); }, .read_only = {}} {}

FakeEngine::FakeEngine() : FakeEngine(AF_UNIX) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket().string();
  if (path.size() >= sizeof address.sun_path) throw Error(ErrorKind::internal, "TMPDIR too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 8) != 0) {
    throw system_error(errno, "cannot listen on " + path);
  }
  accepting_thread_ = std::thread([this] { accept_connections(); });
}

FakeEngine::FakeEngine(Loopback) : FakeEngine(AF_INET) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_.get(), 8) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw system_error(errno, "cannot listen on the loopback device");
  }
  port_ = ntohs(address.sin_port);
  accepting_thread_ = std::thread([this] { accept_connections(); });
}

FakeEngine::FakeEngine(const Profile& profile) : FakeEngine() {
  introduce_as(profile);
}

FakeEngine::~FakeEngine() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    received_.notify_all();
  }
  stop_.write.reset();
  accepting_thread_.join();
}

void FakeEngine::on(const std::string& method, const std::string& path, Handler handler) {
  const std::scoped_lock lock(mutex_);
  always_[{method, path}] = {.handler = std::move(handler), .read_only = {}};
}

void FakeEngine::on(const std::string& method, const std::string& path, Reply reply) {
  const std::scoped_lock lock(mutex_);
  const auto read_only = reply.read_only;
  always_[{method, path}] = {.handler = [reply = std::move(reply)](const auto&) { return reply; },
                             .read_only = read_only};
}

void FakeEngine::once(const std::string& method, const std::string& path, Reply reply) {
  const std::scoped_lock lock(mutex_);
  const auto read_only = reply.read_only;
  once_[{method, path}].push_back(
      {.handler = [reply = std::move(reply)](const auto&) { return reply; },
       .read_only = read_only});
}

void FakeEngine::otherwise(Handler handler) {
  const std::scoped_lock lock(mutex_);
  otherwise_ = {.handler = std::move(handler), .read_only = {}};
}

void FakeEngine::introduce_as(const Profile& profile) {
  Reply ping{.headers = {{"Api-Version", profile.api}, {"Ostype", profile.os}}};
  if (profile.product == "Podman Engine") {
    ping.headers.emplace_back("Libpod-API-Version", profile.version);
  }
  on("HEAD", "/_ping", ping);
  on("GET", "/version",
     json_reply(format(
         R"({{"Version":"{0}","ApiVersion":"{1}","MinAPIVersion":"{2}","Os":"{3}","Arch":"{4}",)"
         R"("Components":[{{"Name":"{5}","Version":"{0}"}}]}})",
         profile.version, profile.api, profile.min_api, profile.os, profile.go_architecture,
         profile.product)));
  const std::string_view driver_status = profile.containerd_store
                                             ? R"([["driver-type","io.containerd.snapshotter.v1"]])"
                                             : R"([["Backing Filesystem","extfs"]])";
  on("GET", "/info",
     json_reply(format(R"({{"ID":"7TRN:IPZB","Name":"fake","Driver":"{}","DriverStatus":{},)"
                       R"("OSType":"{}","Architecture":"{}"}})",
                       profile.driver, driver_status, profile.os, profile.kernel_architecture)));
}

std::vector<ReceivedRequest> FakeEngine::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<std::string> FakeEngine::calls() const {
  std::vector<std::string> calls;
  for (const ReceivedRequest& request : requests())
    calls.push_back(request.method + " " + request.path);
  return calls;
}

int FakeEngine::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

void FakeEngine::wait_for_request(std::size_t count) const {
  std::unique_lock lock(mutex_);
  received_.wait(lock, [&] { return stopping_ || requests_.size() >= count; });
}

void FakeEngine::accept_connections() {
  try {
    for (;;) {
      wait_for(listener_.get(), POLLIN, stop_.read.get());
      UniqueFd connection(::accept(listener_.get(), nullptr, nullptr));
      if (!connection) continue;
      const std::scoped_lock lock(mutex_);
      ++connections_;
      connection_threads_.emplace_back([this](UniqueFd fd) { serve(std::move(fd)); },
                                       std::move(connection));
    }
  } catch (const ConnectionOver&) {
    for (std::thread& thread : connection_threads_)
      thread.join();
  }
}

void FakeEngine::serve(UniqueFd connection) {
  try {
    std::string unread;
    while (serve_one(connection.get(), unread)) {
    }
  } catch (const ConnectionOver&) {
    return;
  }
}

bool FakeEngine::serve_one(int connection, std::string& unread) {
  const int stop = stop_.read.get();
  std::size_t head_end = 0;
  while ((head_end = unread.find("\r\n\r\n")) == std::string::npos) {
    unread += receive(connection, stop);
    if (unread.starts_with(tls_handshake)) {
      send_all(connection, stop, "HTTP/1.1 400 Bad Request\r\n\r\n", 65536);
      return false;
    }
  }
  ReceivedRequest request = parse_head(std::string_view(unread).substr(0, head_end + 2));
  unread.erase(0, head_end + 4);

  std::size_t index = 0;
  {
    const std::scoped_lock lock(mutex_);
    index = requests_.size();
    requests_.push_back(request);
    received_.notify_all();
  }
  const Script script = next_script({request.method, request.path});
  const std::size_t wanted = std::min(body_size(request), script.read_only.value_or(SIZE_MAX));
  while (unread.size() < wanted)
    unread += receive(connection, stop);
  request.body = unread.substr(0, wanted);
  request.whole = wanted == body_size(request);
  unread.erase(0, wanted);

  std::unique_lock lock(mutex_);
  requests_[index] = request;
  const Reply reply = script.handler(request);
  lock.unlock();

  wait_for_request(reply.after_requests);
  if (reply.hold) wait_for(connection, 0, stop);
  if (reply.hold) return false;
  const std::string answer = on_the_wire(reply, request.method == "HEAD");
  send_all(connection, stop,
           std::string_view(answer).substr(0, reply.send_only.value_or(std::string::npos)),
           reply.piece);
  if (port_ != 0 && !request.whole && !reply.send_only) let_answer_arrive(connection, stop);
  return !reply.send_only && !reply.close_after && request.whole &&
         reply.framing != Reply::Framing::until_close;
}

FakeEngine::Script FakeEngine::next_script(const Route& route) {
  const std::scoped_lock lock(mutex_);
  if (const auto queue = once_.find(route); queue != once_.end() && !queue->second.empty()) {
    Script script = std::move(queue->second.front());
    queue->second.pop_front();
    return script;
  }
  if (const auto found = always_.find(route); found != always_.end()) return found->second;
  return otherwise_;
}

FakeEngine::Reply refusing(int status, std::string_view message) {
  std::string escaped;
  for (const char c : message) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  Reply reply = json_reply(format(R"({{"message":"{}"}})", escaped));
  reply.status = status;
  return reply;
}

} // namespace nixbuild::fakes
