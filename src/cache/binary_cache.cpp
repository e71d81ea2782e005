#include "cache/binary_cache.hpp"

#include "cache/cache_name.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::cache {

namespace {

constexpr std::string_view info_file = "nix-cache-info";
constexpr int most_redirects = 5;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The files of a cache behind http(s).
class WebFiles {
public:
  WebFiles(http::Web& web, const std::string& url, Authorization authorization,
           registry::Patience patience)
      : web_(&web)
      , url_(bare_address(url))
      , authorization_(std::move(authorization))
      , patience_(std::move(patience)) {}

  std::optional<std::string> operator()(const std::string& file, const CancelToken& cancel) const {
    const http::Response answer =
        registry::retrying(patience_, cancel, [&] { return get(file, cancel); });
    const int status = answer.head.status;
    if (status == 200) return answer.body;
    if (status == 404) return std::nullopt;
    // Stores like S3 say so of files that are not there, to those who may not list them.
    if (status == 403 && file != info_file) return std::nullopt;
    if (status == 401 || status == 403)
      throw Error(ErrorKind::refused,
                  format("the cache {} lets nobody in without a login (status {})", url_, status))
          .with_hint(authorization_.header.empty()
                         ? "name one in the file that `netrc-file` of nix.conf means, or log in "
                           "with `docker nixbuild cache login`"
                         : "the login that was used is wrong or has expired");
    throw Error(ErrorKind::unavailable,
                format("the cache {} answers with status {}", url_, status));
  }

private:
  [[nodiscard]] http::Response get(const std::string& file, const CancelToken& cancel) const {
    std::string url = format("{}/{}", url_, file);
    for (int redirects = 0;; ++redirects) {
      http::Request request{.method = "GET", .target = {}, .headers = {}, .body = {}, .stream = {}};
      // Nobody else gets to know who we are.
      if (!authorization_.header.empty() && registry::origin_of(url) == registry::origin_of(url_))
        request.headers.emplace_back("Authorization", authorization_.header);
      http::Response answer{.head = {}, .body = {}};
      answer.head = web_->exchange(
          url, request, {},
          [&](const http::ResponseHead&, std::string_view chunk) {
            if (chunk.size() > largest_nar_info - answer.body.size())
              throw Error(ErrorKind::corrupt, format("an answer of the cache {} is larger than {}",
                                                     url_, format_bytes(largest_nar_info)));
            answer.body += chunk;
          },
          cancel);
      const auto location = answer.head.header("Location");
      if (!is_redirect(answer.head.status) || !location) return answer;
      if (redirects == most_redirects)
        throw Error(ErrorKind::corrupt, format("the cache {} redirects in circles", url_));
      std::string next = registry::resolve(url, *location);
      if (url.starts_with("https:") && !next.starts_with("https:"))
        throw Error(ErrorKind::refused, format("the cache {} redirects to {}, which is not "
                                               "protected by TLS",
                                               url_, registry::origin_of(next)));
      url = std::move(next);
    }
  }

  http::Web* web_;
  std::string url_;
  Authorization authorization_;
  registry::Patience patience_;
};

} // namespace

CacheInfo BinaryCache::info(const CancelToken& cancel) const {
  return with_frame(format("asking the cache {}", name_), [&] {
    const auto text = get_(std::string(info_file), cancel);
    if (!text)
      throw Error(ErrorKind::not_found, format("there is no binary cache at {}", name_))
          .with_hint(format("caches have a file {}; is the address right?", info_file));
    CacheInfo info = parse_cache_info(*text);
    if (info.store_dir != "/nix/store")
      throw Error(ErrorKind::invalid_input,
                  format("the cache {} is for another store than /nix/store", name_));
    return info;
  });
}

std::optional<NarInfo> BinaryCache::find(std::string_view hash, const CancelToken& cancel) const {
  const auto text = get_(format("{}.narinfo", hash), cancel);
  if (!text) return std::nullopt;
  return with_frame(format("asking the cache {} for {}", name_, hash),
                    [&] { return parse_nar_info(*text); });
}

Authorization Authorization::basic(std::string_view user_and_password) {
  return {.header = "Basic " + registry::base64(user_and_password)};
}

Authorization Authorization::bearer(std::string_view token) {
  return {.header = "Bearer " + std::string(token)};
}

BinaryCache cache_on_web(http::Web& web, const std::string& url, Authorization authorization,
                         registry::Patience patience) {
  return {bare_address(url), WebFiles(web, url, std::move(authorization), std::move(patience))};
}

BinaryCache cache_in_folder(const std::filesystem::path& folder) {
  return {
      format("file://{}", folder.string()),
      [folder](const std::string& file, const CancelToken& cancel) -> std::optional<std::string> {
        cancel.throw_if_cancelled();
        std::error_code problem;
        if (!std::filesystem::exists(folder / file, problem)) return std::nullopt;
        return read_file(folder / file, largest_nar_info);
      }};
}

} // namespace nixbuild::cache
