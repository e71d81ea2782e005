#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// What a binary cache tells of a store path (Nix manual, protocols/binary-cache/narinfo).
struct NarInfo {
  std::string store_path; // "/nix/store/<hash>-<name>"
  std::string url;        // of the NAR, relative to the cache
  std::string compression;
  std::uint64_t file_size = 0; // 0 when it is not told
  std::uint64_t nar_size = 0;
  std::vector<std::string> references; // names in the store, itself maybe among them
  std::vector<std::string> signatures; // "<name of the key>:<base64>"
};

inline constexpr std::size_t largest_nar_info = std::size_t{1} << 20U;

// Throws an Error of kind corrupt for what is none.
[[nodiscard]] NarInfo parse_nar_info(std::string_view text);

// What a binary cache tells of itself (the file nix-cache-info).
struct CacheInfo {
  std::string store_dir = "/nix/store";
  int priority = 50; // lower is asked first
};

// Throws an Error of kind corrupt for what is none, such as a page of HTML.
[[nodiscard]] CacheInfo parse_cache_info(std::string_view text);

} // namespace nixbuild::cache
