#include "http/curl_web.hpp"

#include "http/curl_transfer.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/scope_exit.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::http {

namespace {

constexpr int thinking_factor = 5;

// The file of certificate authorities that libcurl was made for; empty when there is none.
std::string own_authorities(const CurlLine& line) {
  const char* file = nullptr;
  if (line.curl.easy_getinfo(line.easy, CURLINFO_CAINFO, &file) != CURLE_OK || file == nullptr)
    return {};
  return file;
}

class CurlWeb final : public Web {
public:
  explicit CurlWeb(CurlSettings settings) : settings_(std::move(settings)) {}

  ResponseHead exchange(const std::string& url, const Request& request, const Trust& trust,
                        const BodyHandler& on_body, const CancelToken& cancel) override {
    std::unique_ptr<CurlLine> line = take_line(origin_of(url));
    const ScopeExit back([&] { give_back(std::move(line)); });
    line->curl.easy_reset(line->easy);
    set_trust(*line, trust);
    line->origin = origin_of(url);
    return transfer(
        *line, url, request,
        {.moving = settings_.idle_limit, .thinking = settings_.idle_limit * thinking_factor},
        on_body, cancel);
  }

private:
  // One that has spoken to `origin` if possible: it may still be connected.
  std::unique_ptr<CurlLine> take_line(std::string_view origin) {
    const std::scoped_lock lock(mutex_);
    if (!curl_) curl_.emplace();
    if (idle_.empty()) return std::make_unique<CurlLine>(*curl_);
    auto chosen = std::ranges::find(
        idle_, origin, [](const auto& line) -> std::string_view { return line->origin; });
    if (chosen == idle_.end()) --chosen;
    std::unique_ptr<CurlLine> line = std::move(*chosen);
    idle_.erase(chosen);
    return line;
  }

  void give_back(std::unique_ptr<CurlLine> line) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(line));
  }

  void set_trust(const CurlLine& line, const Trust& trust) {
    if (trust.unverified) {
      line.curl.easy_setopt(line.easy, CURLOPT_SSL_VERIFYPEER, 0L);
      line.curl.easy_setopt(line.easy, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (trust.authorities) {
      const std::string& all = with_system_authorities(line, *trust.authorities);
      // The map keeps it for as long as we live.
      curl_blob blob{
          .data = const_cast<char*>(all.data()), .len = all.size(), .flags = CURL_BLOB_NOCOPY};
      line.curl.easy_setopt(line.easy, CURLOPT_CAINFO_BLOB, &blob);
    } else if (settings_.authorities) {
      line.curl.easy_setopt(line.easy, CURLOPT_CAINFO, settings_.authorities->c_str());
    }
  }

  const std::string& with_system_authorities(const CurlLine& line,
                                             const std::filesystem::path& file) {
    const std::scoped_lock lock(mutex_);
    const auto known = authorities_.find(file);
    if (known != authorities_.end()) return known->second;
    std::string all =
        with_frame("reading certificate authorities", [&] { return read_file(file); });
    const std::filesystem::path system = settings_.authorities
                                             ? *settings_.authorities
                                             : std::filesystem::path(own_authorities(line));
    if (!system.empty() && std::filesystem::exists(system)) all += "\n" + read_file(system);
    return authorities_.emplace(file, std::move(all)).first->second;
  }

  CurlSettings settings_;
  std::mutex mutex_;
  std::optional<CurlLibrary> curl_; // from the first exchange on; the lines are of it
  std::vector<std::unique_ptr<CurlLine>> idle_;
  std::map<std::filesystem::path, std::string> authorities_; // with those of the system
};

} // namespace

std::unique_ptr<Web> curl_web(CurlSettings settings) {
  return std::make_unique<CurlWeb>(std::move(settings));
}

} // namespace nixbuild::http
