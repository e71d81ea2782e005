#include "image/digest_cache.hpp"

#include "image/digest_and_size.hpp"

#include <string_view>
#include <utility>

namespace nixbuild::image {

namespace {

std::string key_of(const std::string& identity) {
  return std::string(oci::Digest::of(identity).hex());
}

std::optional<LayerDigest> parse(std::string_view value) {
  const auto read = parse_digest_and_size(value);
  if (!read) return std::nullopt;
  return LayerDigest{.diff_id = read->first, .size = read->second};
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
  facts_.remember(key_of(identity), digest_and_size(digest.diff_id, digest.size));
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
