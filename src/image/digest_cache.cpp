#include "image/digest_cache.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <charconv>
#include <span>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace nixbuild::image {

namespace {

constexpr std::size_t hex_length = 64;
// Some 100,000 layers; a larger file starts anew.
constexpr std::size_t file_limit = std::size_t{16} << 20U;

std::string checked_line(const oci::Digest& key, std::string_view diff_id_hex,
                         std::string_view size) {
  const std::string fact = format("{} {} {}", key.hex(), diff_id_hex, size);
  return format("{} {}\n", fact, oci::Digest::of(fact).hex().substr(0, 8));
}

struct Line {
  oci::Digest key;
  std::optional<LayerDigest> digest; // nothing: forgotten
};

std::optional<Line> parse_line(std::string_view line) {
  const std::size_t check_at = line.rfind(' ');
  if (check_at == std::string_view::npos || check_at < 2 * hex_length + 3) return std::nullopt;
  const std::string_view fact = line.substr(0, check_at);
  if (oci::Digest::of(fact).hex().substr(0, 8) != line.substr(check_at + 1)) return std::nullopt;
  const auto key = oci::Digest::parse(format("sha256:{}", fact.substr(0, hex_length)));
  const auto diff_id =
      oci::Digest::parse(format("sha256:{}", fact.substr(hex_length + 1, hex_length)));
  if (!key || !diff_id) return std::nullopt;

  const std::string_view size_text = fact.substr(2 * hex_length + 2);
  if (size_text == "-") return Line{.key = *key, .digest = {}};
  std::uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(size_text.data(), size_text.data() + size_text.size(), size);
  if (error != std::errc{} || end != size_text.data() + size_text.size()) return std::nullopt;
  return Line{.key = *key, .digest = LayerDigest{.diff_id = *diff_id, .size = size}};
}

std::string content_of(const std::filesystem::path& file) {
  try {
    return read_file(file, file_limit);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    }
    return {};
  }
}

} // namespace

DigestCache::DigestCache(std::filesystem::path file) : file_(std::move(file)) {
  const std::string content = content_of(file_);
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) break;
    if (const auto line = parse_line(rest.substr(0, end))) {
      if (line->digest) {
        entries_.insert_or_assign(line->key, *line->digest);
      } else {
        entries_.erase(line->key);
      }
    }
    rest.remove_prefix(end + 1);
  }
}

std::optional<LayerDigest> DigestCache::find(const std::string& identity) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(oci::Digest::of(identity));
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

void DigestCache::remember(const std::string& identity, const LayerDigest& digest) {
  const oci::Digest key = oci::Digest::of(identity);
  const std::scoped_lock lock(mutex_);
  entries_.insert_or_assign(key, digest);
  append(checked_line(key, digest.diff_id.hex(), format("{}", digest.size)));
}

void DigestCache::forget(const std::string& identity) {
  const oci::Digest key = oci::Digest::of(identity);
  const std::scoped_lock lock(mutex_);
  if (entries_.erase(key) == 0) return;
  append(checked_line(key, std::string(hex_length, '0'), "-"));
}

// A cache that cannot be written is a slower run, not a failed one.
void DigestCache::append(const std::string& line) noexcept {
  std::error_code ignored;
  std::filesystem::create_directories(file_.parent_path(), ignored);
  const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return;
  try {
    write_all(fd.get(), std::as_bytes(std::span(line)));
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see above
  }
}

} // namespace nixbuild::image
