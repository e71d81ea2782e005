#include "http/client.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::http {

namespace {

constexpr bool in_range(char c, char first, char last) {
  return c >= first && c <= last;
}

char lower(char c) {
  return in_range(c, 'A', 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_unreserved(char c) {
  return in_range(c, 'a', 'z') || in_range(c, 'A', 'Z') || in_range(c, '0', '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

} // namespace

bool same_header(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

std::optional<std::string> ResponseHead::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return same_header(header.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

Response fetch(Client& client, const Request& request, const CancelToken& cancel,
               std::size_t limit) {
  std::string body;
  ResponseHead head = client.exchange(
      request,
      [&](const ResponseHead&, std::string_view chunk) {
        if (chunk.size() > limit - body.size()) {
          throw Error(ErrorKind::corrupt,
                      format("the answer to {} {} is larger than {}", request.method,
                             request.target, format_bytes(limit)));
        }
        body += chunk;
      },
      cancel);
  return {std::move(head), std::move(body)};
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      encoded += format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

} // namespace nixbuild::http
