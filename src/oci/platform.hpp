#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>

namespace nixbuild::oci {

// An OCI platform in Go's names, normalised as containerd does (arm64 has no variant "v8", arm
// defaults to "v7", amd64 has no "v1"; x86_64 and aarch64 are understood).
struct Platform {
  std::string os;           // "linux"
  std::string architecture; // "amd64"
  std::string variant;      // "v7", or empty

  // "linux/amd64", "linux/arm/v7", "arm64" (linux is implied).
  // The error says what a platform looks like.
  [[nodiscard]] static std::expected<Platform, std::string> parse(std::string_view text);
  // From the three words as a config or an engine says them; `variant` may be empty.
  [[nodiscard]] static Platform normalised(std::string_view os, std::string_view architecture,
                                           std::string_view variant);
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Platform&) const = default;
};

} // namespace nixbuild::oci
