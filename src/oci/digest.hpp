#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace nixbuild::oci {

// "sha256:<64 lower-case hex digits>", the only algorithm that engines use for images.
class Digest {
public:
  // The error is the reason in docker's words ("invalid checksum digest length").
  [[nodiscard]] static std::expected<Digest, std::string> parse(std::string_view text);
  // From the 64 hex digits alone; precondition: they are.
  [[nodiscard]] static Digest from_hex(std::string_view hex);
  // The digest of `data`.
  [[nodiscard]] static Digest of(std::string_view data);

  [[nodiscard]] const std::string& str() const noexcept { return text_; } // with "sha256:"
  [[nodiscard]] std::string_view hex() const noexcept;                    // without
  auto operator<=>(const Digest&) const = default;

private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

} // namespace nixbuild::oci
