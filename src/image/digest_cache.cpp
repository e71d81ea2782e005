#include "image/digest_cache.hpp"

#include "support/format.hpp"

#include <charconv>
#include <string_view>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::size_t hex_length = 64;

std::string key_of(const std::string& identity) {
  return std::string(oci::Digest::of(identity).hex());
}

std::optional<LayerDigest> parse(std::string_view value) {
  if (value.size() < hex_length + 2) return std::nullopt;
  const auto diff_id = oci::Digest::parse(format("sha256:{}", value.substr(0, hex_length)));
  if (!diff_id) return std::nullopt;
  const std::string_view size_text = value.substr(hex_length + 1);
  std::uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(size_text.data(), size_text.data() + size_text.size(), size);
  if (error != std::errc{} || end != size_text.data() + size_text.size()) return std::nullopt;
  return LayerDigest{.diff_id = *diff_id, .size = size};
}

} // namespace

DigestCache::DigestCache(std::filesystem::path file) : facts_(std::move(file), file_limit) {}

std::optional<LayerDigest> DigestCache::find(const std::string& identity) const {
  const std::scoped_lock lock(mutex_);
  const auto value = facts_.find(key_of(identity));
  return value ? parse(*value) : std::nullopt;
}

void DigestCache::remember(const std::string& identity, const LayerDigest& digest) {
  const std::scoped_lock lock(mutex_);
  facts_.remember(key_of(identity), format("{} {}", digest.diff_id.hex(), digest.size));
}

void DigestCache::forget(const std::string& identity) {
  const std::scoped_lock lock(mutex_);
  facts_.forget(key_of(identity));
}

FactFile::Excess DigestCache::prune(std::size_t most) {
  const std::scoped_lock lock(mutex_);
  return facts_.prune(most, [](const std::string& value) { return !parse(value); });
}

} // namespace nixbuild::image
