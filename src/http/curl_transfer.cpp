#include "http/curl_transfer.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <exception>
#include <span>
#include <utility>

namespace nixbuild::http {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t largest_head = std::size_t{256} << 10U;
constexpr long upload_buffer_size = 512L << 10U;
constexpr long connect_limit_ms = 30'000;

// Leaves a body's writer when more bytes would be of no use: the answer is complete, or nobody
// reads any more.
class SendingStopped : public Error {
public:
  SendingStopped()
      : Error(ErrorKind::unavailable, "the server stopped reading before the end of the request") {}
};

void check_header(std::string_view text) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    throw Error(ErrorKind::invalid_input, "a header of a request holds a line end or NUL");
}

bool is_certificate_problem(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
         code == CURLE_SSL_INVALIDCERTSTATUS;
}

// What no second try will change.
bool is_nonsense(CURLcode code) {
  return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED;
}

// One request and its answer. Everything happens on the calling thread: bytes that the body's
// writer pushes are kept until libcurl has pulled them, and the answer is read meanwhile.
class Transfer {
public:
  Transfer(const CurlLine& line, const std::string& url, const Request& request, IdleLimits limits,
           const BodyHandler& on_body, const CancelToken& cancel)
      : curl_(line.curl)
      , multi_(line.multi)
      , easy_(line.easy)
      , url_(url)
      , request_(request)
      , limits_(limits)
      , on_body_(on_body)
      , cancel_(cancel) {
    reason_.fill('\0');
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    // Drops the connection too, unless the answer is complete.
    curl_.multi_remove_handle(multi_, easy_);
    curl_.slist_free_all(headers_);
  }

  ResponseHead run() {
    set_options();
    cancel_.throw_if_cancelled();
    if (curl_.multi_add_handle(multi_, easy_) != CURLM_OK)
      throw Error(ErrorKind::internal, "libcurl cannot begin an exchange");
    last_byte_ = Clock::now();
    if (request_.stream) {
      send_stream();
    } else {
      unsent_ = std::as_bytes(std::span(request_.body));
      all_given_ = true;
    }
    while (running_)
      step();
    if (failure_) std::rethrow_exception(failure_);
    if (result_ != CURLE_OK) fail();
    return std::move(head_);
  }

private:
  // Counts that the body has the size that was announced.
  class BodySink final : public archive::Sink {
  public:
    BodySink(Transfer& transfer, std::uint64_t size) : transfer_(transfer), missing_(size) {}

    void write(std::span<const std::byte> data) override {
      if (data.size() > missing_) wrong_size();
      missing_ -= data.size();
      transfer_.push(data);
    }

    void finish() const {
      if (missing_ != 0) wrong_size();
    }

  private:
    [[noreturn]] static void wrong_size() {
      throw Error(ErrorKind::internal, "the body of a request has another size than announced");
    }

    Transfer& transfer_;
    std::uint64_t missing_;
  };

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_.easy_setopt(easy_, option, value);
    if (code != CURLE_OK)
      throw Error(ErrorKind::internal, format("libcurl refuses option {}: {}",
                                              static_cast<int>(option), curl_.easy_strerror(code)));
  }

  void set_options() {
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_ERRORBUFFER, reason_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // A connection carries one exchange at a time here, so HTTP/2 would bring nothing but its
    // windows, which are slower for uploads.
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
    // Else a cancellation waits for the resolver.
    set(CURLOPT_QUICK_EXIT, 1L);
    if (request_.time_limit)
      set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.time_limit->count()));
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &on_write);
    set_method();
    set_headers();
  }

  void set_method() {
    const std::string& method = request_.method;
    if (method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
      return;
    }
    set(CURLOPT_CUSTOMREQUEST, method.c_str());
    const std::uint64_t size = request_.stream ? request_.stream_size : request_.body.size();
    if (size == 0 && (method == "GET" || method == "DELETE")) return;
    has_body_ = true;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_UPLOAD_BUFFERSIZE, upload_buffer_size);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
    set(CURLOPT_READDATA, this);
    set(CURLOPT_READFUNCTION, &on_read);
    set(CURLOPT_SEEKDATA, this);
    set(CURLOPT_SEEKFUNCTION, &on_seek);
  }

  void set_headers() {
    // Without "Expect", libcurl waits a second for servers that do not know it.
    add_header("Expect:");
    add_header("User-Agent: docker-nixbuild");
    for (const auto& [name, value] : request_.headers) {
      check_header(name);
      check_header(value);
      // A semicolon is libcurl's way to say that the value is empty.
      add_header(value.empty() ? name + ";" : format("{}: {}", name, value));
    }
    set(CURLOPT_HTTPHEADER, headers_);
  }

  void add_header(const std::string& line) {
    curl_slist* longer = curl_.slist_append(headers_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    headers_ = longer;
  }

  void send_stream() {
    try {
      BodySink sink(*this, request_.stream_size);
      request_.stream(sink);
      if (!stopped_early_) sink.finish();
    } catch (...) {
      // A writer that we stopped may put it in its own words.
      if (!stopped_early_) throw;
    }
    all_given_ = true;
    last_byte_ = Clock::now();
    resume();
  }

  void push(std::span<const std::byte> data) {
    unsent_ = data;
    last_byte_ = Clock::now(); // the writer may have taken its time
    resume();
    while (running_ && !unsent_.empty())
      step();
    if (running_) return;
    stopped_early_ = true;
    unsent_ = {};
    throw SendingStopped();
  }

  void resume() {
    if (!std::exchange(paused_, false)) return;
    curl_.easy_pause(easy_, CURLPAUSE_CONT);
  }

  // Lets libcurl do what can be done now; where nothing can, waits until something can.
  void step() {
    cancel_.throw_if_cancelled();
    const Clock::time_point before = last_byte_;
    int active = 0;
    if (curl_.multi_perform(multi_, &active) != CURLM_OK)
      throw Error(ErrorKind::internal, "libcurl cannot go on with an exchange");
    int left = 0;
    while (const CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      running_ = false;
      result_ = message->data.result;
    }
    // The writer can only go on outside.
    if (!running_ || last_byte_ != before || (request_.stream && unsent_.empty() && !all_given_))
      return;
    wait();
  }

  void wait() {
    const auto silent =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_byte_);
    const bool thinking =
        has_body_ && all_given_ && unsent_.empty() && head_.status == 0 && request_.method != "GET";
    const auto limit = thinking ? limits_.thinking : limits_.moving;
    if (silent >= limit)
      throw Error(ErrorKind::unavailable, format("{} was silent for {} s", origin_of(url_),
                                                 std::chrono::duration<double>(silent).count()));
    curl_waitfd cancelled{.fd = cancel_.poll_fd(), .events = CURL_WAIT_POLLIN, .revents = 0};
    const unsigned extra = cancelled.fd >= 0 ? 1 : 0;
    const auto longest =
        std::min<std::chrono::milliseconds>(limit - silent, std::chrono::seconds(1));
    if (curl_.multi_poll(multi_, &cancelled, extra, static_cast<int>(longest.count()) + 1,
                         nullptr) != CURLM_OK)
      throw Error(ErrorKind::internal, "libcurl cannot wait for a server");
  }

  [[noreturn]] void fail() const {
    const std::string reason =
        reason_[0] != '\0' ? std::string(reason_.data()) : curl_.easy_strerror(result_);
    const std::string message = format("cannot talk to {}: {}", origin_of(url_), reason);
    if (is_certificate_problem(result_))
      throw CertificateRefused(Error(ErrorKind::unavailable, message)
                                   .with_hint("is this the server that you mean? Then name the "
                                              "authority of its certificate with --registry-ca, "
                                              "or do without one with --insecure"));
    long proxy_status = 0;
    curl_.easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status == 403 || proxy_status == 407)
      throw Error(ErrorKind::refused, format("cannot talk to {}: the proxy on the way answered "
                                             "with status {}",
                                             origin_of(url_), proxy_status))
          .with_hint(proxy_status == 407
                         ? "it wants a login: https_proxy=http://USER:PASSWORD@HOST:PORT"
                         : "does it allow that server? NO_PROXY names those that need no proxy");
    throw Error(is_nonsense(result_) ? ErrorKind::corrupt : ErrorKind::unavailable, message);
  }

  std::size_t give(std::span<char> buffer) {
    if (unsent_.empty()) {
      if (all_given_) return 0;
      paused_ = true;
      return CURL_READFUNC_PAUSE;
    }
    last_byte_ = Clock::now();
    const std::size_t count = std::min(buffer.size(), unsent_.size());
    std::memcpy(buffer.data(), unsent_.data(), count);
    unsent_ = unsent_.subspan(count);
    return count;
  }

  void take_header(std::string_view line) {
    last_byte_ = Clock::now();
    head_size_ += line.size();
    if (head_size_ > largest_head)
      throw Error(ErrorKind::corrupt, format("the head of an answer of {} is larger than {}",
                                             origin_of(url_), format_bytes(largest_head)));
    while (line.ends_with('\n') || line.ends_with('\r'))
      line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
      // An interim answer (1xx) was not it.
      head_ = {};
      head_complete_ = false;
      const std::size_t space = std::min(line.find(' '), line.size() - 1);
      const std::string_view status = line.substr(space + 1);
      std::from_chars(status.data(), status.data() + status.size(), head_.status);
      return;
    }
    if (line.empty()) head_complete_ = true;
    if (head_complete_) return; // what comes later are trailers
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t'))
      value.remove_prefix(1);
    while (value.ends_with(' ') || value.ends_with('\t'))
      value.remove_suffix(1);
    head_.headers.emplace_back(line.substr(0, colon), value);
  }

  void take_body(std::string_view chunk) {
    last_byte_ = Clock::now();
    if (on_body_) on_body_(head_, chunk);
  }

  // What is thrown must not pass through libcurl.
  template <class Work>
  bool guarded(Work work) {
    try {
      work();
      return true;
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->give({buffer, size * count});
  }

  static int on_seek(void* self, curl_off_t offset, int origin) {
    auto& transfer = *static_cast<Transfer*>(self);
    // libcurl sends again what it sent on a connection that turned out to be closed.
    if (transfer.request_.stream || origin != SEEK_SET || offset < 0 ||
        std::cmp_greater(offset, transfer.request_.body.size()))
      return CURL_SEEKFUNC_CANTSEEK;
    transfer.unsent_ =
        std::as_bytes(std::span(transfer.request_.body)).subspan(static_cast<std::size_t>(offset));
    return CURL_SEEKFUNC_OK;
  }

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    return transfer.guarded([&] { transfer.take_header(line); }) ? line.size() : 0;
  }

  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view chunk(data, size * count);
    return transfer.guarded([&] { transfer.take_body(chunk); }) ? chunk.size() : 0;
  }

  const CurlLibrary& curl_;
  CURLM* multi_;
  CURL* easy_;
  const std::string& url_;
  const Request& request_;
  const IdleLimits limits_;
  const BodyHandler& on_body_;
  const CancelToken& cancel_;

  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  ResponseHead head_;
  bool head_complete_ = false;
  std::size_t head_size_ = 0;
  bool has_body_ = false;
  std::span<const std::byte> unsent_; // given by the writer, not yet taken by libcurl
  bool all_given_ = false;            // nothing will come after `unsent_`
  bool paused_ = false;
  bool running_ = true;
  bool stopped_early_ = false;
  CURLcode result_ = CURLE_OK;
  std::exception_ptr failure_; // of a callback
  Clock::time_point last_byte_;
};

} // namespace

CurlLine::CurlLine(const CurlLibrary& library)
    : curl(library)
    , multi(curl.multi_init())
    , easy(curl.easy_init()) {
  if (multi != nullptr && easy != nullptr) return;
  curl.easy_cleanup(easy);
  curl.multi_cleanup(multi);
  throw Error(ErrorKind::internal, "libcurl cannot be initialised");
}

CurlLine::~CurlLine() {
  curl.easy_cleanup(easy);
  curl.multi_cleanup(multi);
}

std::string_view origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return url.substr(0, url.find('/'));
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

ResponseHead transfer(const CurlLine& line, const std::string& url, const Request& request,
                      IdleLimits limits, const BodyHandler& on_body, const CancelToken& cancel) {
  return Transfer(line, url, request, limits, on_body, cancel).run();
}

} // namespace nixbuild::http
