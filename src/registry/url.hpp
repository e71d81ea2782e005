#pragma once

#include <string>
#include <string_view>

namespace nixbuild::registry {

// "https://host:port" of an absolute URL, in lower case and without the scheme's own port; empty
// for anything but http and https.
[[nodiscard]] std::string origin_of(std::string_view url);

// What `location` (a Location header) means in an answer to `base` (RFC 3986, 5.2, as far as it is
// in use: absolute, without scheme, absolute path; a path relative to that of `base`). Throws an
// Error of kind corrupt for another scheme.
[[nodiscard]] std::string resolve(std::string_view base, std::string_view location);

// `url` with "name=value" at the end of its query; the value is percent-encoded.
[[nodiscard]] std::string with_parameter(std::string_view url, std::string_view name,
                                         std::string_view value);

// `text` as standard base64.
[[nodiscard]] std::string base64(std::string_view text);

} // namespace nixbuild::registry
