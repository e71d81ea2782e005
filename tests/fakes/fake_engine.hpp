#pragma once

#include "http/client.hpp"
#include "support/files.hpp"
#include "support/unique_fd.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace nixbuild::fakes {

struct ReceivedRequest {
  std::string method;
  std::string target;                         // as received
  std::string path;                           // without "/v1.NN" and query
  std::string query;                          // without "?"
  std::map<std::string, std::string> headers; // names in lower case
  std::string body;                           // as far as it was read
  bool whole = false;                         // all of the body was read
};

// The answers that tell what an engine is.
struct Profile {
  std::string product = "Engine"; // of /version's first component
  std::string version = "28.5.2";
  std::string api = "1.51";
  std::string min_api = "1.24";
  std::string os = "linux";
  std::string go_architecture = "amd64";
  std::string kernel_architecture = "x86_64";
  std::string driver = "overlay2";
  bool containerd_store = false;

  static Profile docker_20_10();
  static Profile docker_28();
  static Profile docker_28_containerd();
  static Profile podman();
};

// A scripted engine: a real HTTP server on a unix socket. Requests that no script knows are
// answered with 404, as engines do.
class FakeEngine {
public:
  // What the fake does with one request; the defaults are those of a good server.
  struct Reply {
    enum class Framing { content_length, chunked, until_close };

    int status = 200;
    http::Headers headers;
    std::string body;
    Framing framing = Framing::content_length;
    std::size_t piece = 65536;            // bytes of one chunk and of one write
    std::optional<std::string> raw;       // sent instead of all of the above
    std::optional<std::size_t> read_only; // answers after so many bytes of the request's body
    std::optional<std::size_t> send_only; // closes after so many bytes of the answer
    bool close_after = false;             // without announcing it
    bool hold = false;                    // never answers, until the client goes
    std::size_t after_requests = 0;       // answers only once so many requests have begun
  };

  using Handler = std::function<Reply(const ReceivedRequest&)>;

  FakeEngine();
  explicit FakeEngine(const Profile& profile);
  // Any HTTP server: on a TCP port of the loopback device in place of a socket.
  struct Loopback {};
  explicit FakeEngine(Loopback);
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;
  ~FakeEngine();

  [[nodiscard]] std::filesystem::path socket() const { return directory_.path() / "engine.sock"; }

  [[nodiscard]] int port() const { return port_; }

  // Answers requests for `path` (without version and query) from now on, or the next one only.
  // Handlers are called one at a time, after the body was read.
  void on(const std::string& method, const std::string& path, Handler handler);
  void on(const std::string& method, const std::string& path, Reply reply);
  void once(const std::string& method, const std::string& path, Reply reply);
  // Answers every request that no other script knows.
  void otherwise(Handler handler);
  // Answers /_ping, /version and /info.
  void introduce_as(const Profile& profile);

  // Everything received up to now, in order of arrival.
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;
  // "METHOD path" of each of them.
  [[nodiscard]] std::vector<std::string> calls() const;
  [[nodiscard]] int connections() const;
  // Waits until the head of request number `count` (from 1) was received.
  void wait_for_request(std::size_t count) const;

private:
  using Route = std::pair<std::string, std::string>; // method, path
  struct Script {
    Handler handler;
    std::optional<std::size_t> read_only;
  };

  explicit FakeEngine(int family);

  void accept_connections();
  void serve(UniqueFd connection);
  bool serve_one(int connection, std::string& unread);
  Script next_script(const Route& route);

  TempDir directory_;
  Pipe stop_;
  UniqueFd listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable received_;
  std::vector<ReceivedRequest> requests_;
  std::map<Route, std::deque<Script>> once_;
  std::map<Route, Script> always_;
  Script otherwise_;
  int connections_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> connection_threads_; // of the accepting thread alone
  std::thread accepting_thread_;
};

// What engines answer when they refuse: {"message": "…"}.
[[nodiscard]] FakeEngine::Reply refusing(int status, std::string_view message);

} // namespace nixbuild::fakes
