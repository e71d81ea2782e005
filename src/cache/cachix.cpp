#include "cache/cachix.hpp"

#include "archive/compression.hpp"
#include "archive/hashing_sink.hpp"
#include "archive/sha256.hpp"
#include "cache/signing.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <span>
#include <utility>

namespace nixbuild::cache {

namespace json = boost::json;

namespace {

constexpr std::size_t largest_answer = std::size_t{16} << 20U;
constexpr std::size_t hashes_at_a_time = 5'000;
constexpr std::size_t parts_at_a_time = 4;
constexpr std::size_t paths_at_a_time = 8;
// Whose compression is worth threads of its own, where others are on their way beside it.
constexpr std::uint64_t large_nar = std::uint64_t{128} << 20U;

// What `read` makes of an answer; what is wrong with it is told without what it says.
template <class Read>
auto reading(const std::string& cache, Read&& read) {
  try {
    return std::forward<Read>(read)();
  } catch (const std::exception&) {
    throw Error(ErrorKind::corrupt,
                format("Cachix gives an answer about the cache {} that is none", cache));
  }
}

std::string text_at(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// A setting of Nix will hold it.
std::string public_key(const json::value& value) {
  std::string key(value.as_string());
  if (!is_plain(key) || !key.contains(':')) throw std::runtime_error("no key");
  return key;
}

[[noreturn]] void refuse(const http::Response& answer, const std::string& cache,
                         const CachixLogin& login) {
  const int status = answer.head.status;
  const std::string where = format("the cache {} of Cachix", cache);
  constexpr auto get_token =
      "get a token at https://app.cachix.org, and give it to `docker nixbuild cache login cachix:` "
      "or in CACHIX_AUTH_TOKEN";
  if (status == 401 || status == 403) {
    if (login.token.empty())
      throw Error(ErrorKind::refused, format("{} wants a token", where)).with_hint(get_token);
    throw Error(ErrorKind::refused,
                format("{} refuses the token: it has expired, or is for something else", where))
        .with_hint(get_token);
  }
  if (status == 404)
    throw Error(ErrorKind::not_found,
                format("there is no cache {} at Cachix{}", cache,
                       login.token.empty() ? ", or it is private and wants a token"
                                           : ", or the token is for another one"))
        .with_hint(get_token);
  throw Error(registry::is_passing(status) ? ErrorKind::unavailable : ErrorKind::refused,
              format("{} answers with status {}", where, status));
}

// Cuts what is written to it into parts; there is one at least.
class PartSink final : public archive::Sink {
public:
  using Take = std::function<void(std::string part)>;
  PartSink(std::size_t size, Take take) : size_(size), take_(std::move(take)) {}

  void write(std::span<const std::byte> data) override {
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    for (std::size_t at = 0; at < text.size();) {
      if (part_.size() == size_) hand_over();
      const std::string_view more = text.substr(at, size_ - part_.size());
      part_ += more;
      at += more.size();
    }
  }
  void finish() { hand_over(); }

private:
  void hand_over() { take_(std::exchange(part_, {})); }

  const std::size_t size_;
  const Take take_;
  std::string part_;
};

class CountingSink final : public archive::Sink {
public:
  explicit CountingSink(archive::Sink& next) : next_(next) {}
  void write(std::span<const std::byte> data) override {
    hash_.update(data);
    bytes_ += data.size();
    next_.write(data);
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::string hash() { return hash_.finish(); }

private:
  archive::Sink& next_;
  archive::Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

} // namespace

Cachix::Cachix(http::Web& web, CachixLogin login, Signer sign, registry::Patience patience,
               std::size_t part_size)
    : web_(web)
    , login_(std::move(login))
    , sign_(sign)
    , patience_(std::move(patience))
    , part_size_(part_size) {}

http::Response Cachix::exchange(const std::string& url, const http::Request& request,
                                const CancelToken& cancel) const {
  return registry::retrying(patience_, cancel, [&] {
    http::Response answer{.head = {}, .body = {}};
    answer.head = web_.exchange(
        url, request, {},
        [&](const http::ResponseHead&, std::string_view chunk) {
          if (chunk.size() > largest_answer - answer.body.size())
            throw Error(ErrorKind::corrupt,
                        format("an answer of {} is larger than {}", registry::origin_of(url),
                               format_bytes(largest_answer)));
          answer.body += chunk;
        },
        cancel);
    return answer;
  });
}

std::string Cachix::call(const std::string& method, const std::string& path,
                         const std::string& body, const std::string& cache,
                         const CancelToken& cancel) const {
  http::Request request{.method = method, .target = {}, .headers = {}, .body = body, .stream = {}};
  request.headers.emplace_back("Accept", "application/json");
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json;charset=utf-8");
  if (!login_.token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + login_.token);
  http::Response answer =
      exchange(format("{}/api/v1/cache/{}{}", login_.host, cache, path), request, cancel);
  if (answer.head.status < 200 || answer.head.status > 299) refuse(answer, cache, login_);
  return std::move(answer.body);
}

CachixCache Cachix::cache(const std::string& name, const CancelToken& cancel) const {
  const std::string answer = call("GET", "", {}, name, cancel);
  return reading(name, [&] {
    const json::object object = json::parse(answer).as_object();
    CachixCache cache{.uri = text_at(object, "uri"),
                      .is_public = object.at("isPublic").as_bool(),
                      .public_keys = {}};
    if (!is_plain(cache.uri) || registry::origin_of(cache.uri).empty())
      throw std::runtime_error("no address");
    for (const json::value& key : object.at("publicSigningKeys").as_array())
      cache.public_keys.push_back(public_key(key));
    return cache;
  });
}

std::vector<std::string> Cachix::missing(const std::string& name,
                                         const std::vector<std::string>& hashes,
                                         const CancelToken& cancel) const {
  std::vector<std::string> missing;
  for (std::size_t begin = 0; begin < hashes.size(); begin += hashes_at_a_time) {
    const auto some =
        std::span(hashes).subspan(begin, std::min(hashes_at_a_time, hashes.size() - begin));
    const std::string answer = call(
        "POST", "/narinfo", json::serialize(json::array(some.begin(), some.end())), name, cancel);
    reading(name, [&] {
      const json::value list = json::parse(answer);
      for (const json::value& hash : list.as_array())
        missing.emplace_back(hash.as_string());
    });
  }
  return missing;
}

// One path on its way.
class Cachix::Upload {
public:
  Upload(const Cachix& cachix, std::string name, const CancelToken& cancel)
      : cachix_(cachix)
      , name_(std::move(name))
      , cancel_(cancel) {
    const std::string answer =
        cachix_.call("POST", "/multipart-nar?compression=zst", {}, name_, cancel_);
    reading(name_, [&] {
      const json::object object = json::parse(answer).as_object();
      path_ = format("/multipart-nar/{}", http::percent_encode(text_at(object, "narId")));
      id_ = http::percent_encode(text_at(object, "uploadId"));
    });
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload() {
    for (auto& part : running_)
      part.wait();
    if (complete_) return;
    try {
      (void)cachix_.call("POST", format("{}/abort?uploadId={}", path_, id_), {}, name_, {});
    } catch (const std::exception&) { // the server forgets it by itself some day
      return;
    }
  }

  // Several may be on their way.
  void send_part(std::string data) {
    if (running_.size() == parts_at_a_time) collect();
    const int number = ++last_part_;
    running_.push_back(std::async(
        std::launch::async, [this, number, data = std::move(data)] { return put(number, data); }));
  }

  void complete(json::object nar_info) {
    while (!running_.empty())
      collect();
    const json::object message{{"parts", std::move(parts_)},
                               {"narInfoCreate", std::move(nar_info)}};
    (void)cachix_.call("POST", format("{}/complete?uploadId={}", path_, id_),
                       json::serialize(message), name_, cancel_);
    complete_ = true;
  }

private:
  void collect() {
    std::future<json::object> oldest = std::move(running_.front());
    running_.pop_front();
    parts_.push_back(oldest.get());
  }

  json::object put(int number, const std::string& data) const {
    const std::string md5 = content_md5(data);
    const std::string answer =
        cachix_.call("POST", format("{}?uploadId={}&partNumber={}", path_, id_, number),
                     json::serialize(json::object{{"contentMD5", md5}}), name_, cancel_);
    const std::string url =
        reading(name_, [&] { return text_at(json::parse(answer).as_object(), "uploadUrl"); });
    if (registry::origin_of(url).empty() ||
        (cachix_.login_.host.starts_with("https:") && !url.starts_with("https:")))
      throw Error(ErrorKind::refused, "Cachix wants a path to be sent without TLS");
    http::Request request{.method = "PUT", .target = {}, .headers = {}, .body = data, .stream = {}};
    request.headers = {{"Content-Type", "application/octet-stream"}, {"Content-MD5", md5}};
    const http::Response stored = cachix_.exchange(url, request, cancel_);
    const auto tag = stored.head.header("ETag");
    if (stored.head.status != 200 || !tag)
      throw Error(ErrorKind::refused, format("the store of Cachix at {} answers with status {}",
                                             registry::origin_of(url), stored.head.status));
    return {{"partNumber", number}, {"eTag", *tag}};
  }

  const Cachix& cachix_;
  const std::string name_;
  const CancelToken& cancel_;
  std::string path_;
  std::string id_;
  int last_part_ = 0;
  std::deque<std::future<json::object>> running_; // ascending
  json::array parts_;
  bool complete_ = false;
};

std::uint64_t Cachix::upload(const std::string& name, const nix::Closure& closure,
                             const nix::ClosurePath& path, const NarOf& nar,
                             const CancelToken& cancel) const {
  return with_frame(format("pushing {}", path.path), [&] {
    std::string nar_hash;
    std::uint64_t file_size = 0;
    std::string file_hash;
    Upload upload(*this, name, cancel);
    {
      PartSink parts(part_size_, [&](std::string part) { upload.send_part(std::move(part)); });
      CountingSink counting(parts);
      const auto compressor = path.nar_size > large_nar
                                  ? archive::make_compressor(archive::Compression::zstd, counting)
                                  : archive::make_small_compressor(counting);
      archive::HashingSink hashing(*compressor);
      nar(path, hashing);
      nar_hash = hashing.finish();
      compressor->finish();
      parts.finish();
      file_size = counting.bytes();
      file_hash = counting.hash();
    }
    if (nar_hash != path.nar_hash)
      throw Error(ErrorKind::corrupt, format("{} is not what Nix believes that it is", path.path))
          .with_hint("repair the store: `nix-store --verify --check-contents --repair`");
    json::array references;
    for (const std::string& reference : references_of(closure, path))
      references.emplace_back(reference.substr(reference.rfind('/') + 1));
    json::object info{{"cStoreHash", nix::store_hash(path.path)},
                      {"cStoreSuffix", nix::store_name(path.path)},
                      {"cNarHash", format("sha256:{}", nix_base32(path.nar_hash))},
                      {"cNarSize", path.nar_size},
                      {"cFileHash", file_hash},
                      {"cFileSize", file_size},
                      {"cReferences", std::move(references)},
                      {"cDeriver", path.deriver.empty()
                                       ? std::string("unknown-deriver")
                                       : path.deriver.substr(path.deriver.rfind('/') + 1)},
                      {"cSig", nullptr}};
    const std::string key = login_.signing_key(name);
    if (!key.empty() && sign_ != nullptr) info["cSig"] = sign_(fingerprint(closure, path), key);
    upload.complete(std::move(info));
    return file_size;
  });
}

void push_to_cachix(const Cachix& cachix, const std::string& name, const nix::Closure& closure,
                    const NarOf& nar, const PushProgress& progress, const CancelToken& cancel) {
  std::vector<std::string> hashes;
  hashes.reserve(closure.paths.size());
  for (const nix::ClosurePath& path : closure.paths)
    hashes.emplace_back(nix::store_hash(path.path));
  const std::vector<std::string> told = cachix.missing(name, hashes, cancel);
  const std::set<std::string, std::less<>> missing(told.begin(), told.end());
  std::vector<const nix::ClosurePath*> wanted;
  for (const nix::ClosurePath& path : closure.paths)
    if (missing.contains(nix::store_hash(path.path))) wanted.push_back(&path);
  progress.counted(wanted.size(), closure.paths.size());
  std::mutex mutex;
  parallel_for(
      wanted.size(), paths_at_a_time,
      [&](std::size_t i) {
        const std::uint64_t sent = cachix.upload(name, closure, *wanted[i], nar, cancel);
        const std::scoped_lock lock(mutex);
        progress.sent(*wanted[i], sent);
      },
      cancel);
}

} // namespace nixbuild::cache
