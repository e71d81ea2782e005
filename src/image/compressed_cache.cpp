#include "image/compressed_cache.hpp"

#include "image/digest_and_size.hpp"
#include "support/format.hpp"

#include <string_view>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::string_view place = "in ";

std::string key_of(std::string_view one, std::string_view other) {
  return std::string(oci::Digest::of(format("{}\n{}", one, other)).hex());
}

} // namespace

CompressedCache::CompressedCache(std::filesystem::path file)
    : facts_(std::move(file), file_limit) {}

std::optional<CompressedDigest> CompressedCache::find(const oci::Digest& diff_id,
                                                      const std::string& encoder) const {
  const std::scoped_lock lock(mutex_);
  const auto value = facts_.find(key_of(diff_id.str(), encoder));
  if (!value) return std::nullopt;
  const auto read = parse_digest_and_size(*value);
  if (!read) return std::nullopt;
  return CompressedDigest{.digest = read->first, .size = read->second};
}

void CompressedCache::remember(const oci::Digest& diff_id, const std::string& encoder,
                               const CompressedDigest& digest) {
  const std::scoped_lock lock(mutex_);
  facts_.remember(key_of(diff_id.str(), encoder), digest_and_size(digest.digest, digest.size));
}

void CompressedCache::forget(const oci::Digest& diff_id, const std::string& encoder) {
  const std::scoped_lock lock(mutex_);
  facts_.forget(key_of(diff_id.str(), encoder));
}

std::optional<std::string> CompressedCache::repository(const std::string& registry,
                                                       const oci::Digest& blob) const {
  const std::scoped_lock lock(mutex_);
  const auto value = facts_.find(key_of(registry, blob.str()));
  if (!value || !value->starts_with(place)) return std::nullopt;
  return value->substr(place.size());
}

void CompressedCache::remember_repository(const std::string& registry, const oci::Digest& blob,
                                          const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const std::string key = key_of(registry, blob.str());
  std::string value = format("{}{}", place, path);
  if (facts_.find(key) != value) facts_.remember(key, std::move(value));
}

FactFile::Excess CompressedCache::prune(std::size_t most) {
  const std::scoped_lock lock(mutex_);
  return facts_.prune(most, [](const std::string& value) {
    return !value.starts_with(place) && !parse_digest_and_size(value);
  });
}

} // namespace nixbuild::image
