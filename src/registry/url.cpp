#include "registry/url.hpp"

#include "http/client.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <cstdint>

namespace nixbuild::registry {

namespace {

// "https://host:port" as it is written.
std::string_view head_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

} // namespace

std::string origin_of(std::string_view url) {
  std::string origin(head_of(url));
  for (char& c : origin)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (origin.starts_with("https://")) {
    if (origin.ends_with(":443")) origin.resize(origin.size() - 4);
  } else if (origin.starts_with("http://")) {
    if (origin.ends_with(":80")) origin.resize(origin.size() - 3);
  } else {
    origin.clear();
  }
  return origin;
}

std::string resolve(std::string_view base, std::string_view location) {
  const std::string_view head = head_of(base);
  if (location.starts_with("//"))
    return std::string(head.substr(0, head.find("//"))).append(location);
  if (location.starts_with('/')) return std::string(head).append(location);
  if (!origin_of(location).empty()) return std::string(location);
  const std::size_t colon = location.find(':');
  if (location.empty() || location.substr(0, colon).find_first_of("/?") > colon)
    throw Error(ErrorKind::corrupt,
                format("{} answered with a location that is no address: '{}'", head, location));
  const std::string_view path = base.substr(0, base.find_first_of("?#"));
  if (location.starts_with('?')) return std::string(path).append(location);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash < head.size())
    return std::string(head) + "/" + std::string(location);
  return std::string(path.substr(0, slash + 1)).append(location);
}

std::string with_parameter(std::string_view url, std::string_view name, std::string_view value) {
  const char separator = url.find('?') == std::string_view::npos ? '?' : '&';
  return format("{}{}{}={}", url, separator, name, http::percent_encode(value));
}

std::string base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = (group << 8U) | (j < text.size() ? static_cast<unsigned char>(text[j]) : 0U);
    const std::size_t bytes = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t j = 0; j < 4; ++j)
      encoded += j <= bytes ? alphabet[(group >> (18U - 6U * j)) & 63U] : '=';
  }
  return encoded;
}

} // namespace nixbuild::registry
