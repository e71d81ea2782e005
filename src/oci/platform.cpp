#include "oci/platform.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace nixbuild::oci {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

bool is_component(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '.';
  });
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
}

} // namespace

Platform Platform::normalised(std::string_view os, std::string_view architecture,
                              std::string_view variant) {
  Platform platform{
      .os = lower(os), .architecture = lower(architecture), .variant = lower(variant)};
  auto& [system, arch, version] = platform;
  if (system == "macos") system = "darwin";
  if (arch == "x86_64" || arch == "x86-64") arch = "amd64";
  if (arch == "i386" || arch == "i486" || arch == "i586" || arch == "i686") arch = "386";
  if (arch == "aarch64") arch = "arm64";
  if (arch == "armhf" || arch == "armel") {
    version = arch == "armhf" ? "v7" : "v6";
    arch = "arm";
  }
  if (arch == "amd64" && version == "v1") version.clear();
  if (arch == "386") version.clear();
  if (arch == "arm64" && (version == "8" || version == "v8")) version.clear();
  if (arch == "arm" && version.empty()) version = "v7";
  if (arch == "arm" && version.size() == 1) version = format("v{}", version);
  return platform;
}

std::expected<Platform, std::string> Platform::parse(std::string_view text) {
  static constexpr std::array known_systems{"linux", "windows", "darwin", "freebsd"};
  const auto parts = split(text);
  if (parts.size() > 3 || !std::ranges::all_of(parts, is_component)) {
    return std::unexpected("a platform is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, "
                           "such as linux/arm64");
  }
  if (parts.size() > 1) return normalised(parts[0], parts[1], parts.size() > 2 ? parts[2] : "");
  if (std::ranges::find(known_systems, lower(text)) != known_systems.end()) {
    return std::unexpected("a platform needs an architecture, such as linux/arm64");
  }
  return normalised("linux", text, "");
}

std::string Platform::str() const {
  std::string text = os + "/" + architecture;
  if (!variant.empty()) text += "/" + variant;
  return text;
}

} // namespace nixbuild::oci
