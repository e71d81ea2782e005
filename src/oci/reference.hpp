#pragma once

#include "oci/digest.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::oci {

// An image reference, normalised as docker does (github.com/distribution/reference): "alpine" is
// docker.io/library/alpine:latest.
class Reference {
public:
  // The error is the reason alone ("repository name must be lowercase").
  [[nodiscard]] static std::expected<Reference, std::string> parse(std::string_view text);

  [[nodiscard]] const std::string& domain() const noexcept { return domain_; } // "docker.io"
  [[nodiscard]] const std::string& path() const noexcept { return path_; }     // "library/alpine"
  [[nodiscard]] const std::string& tag() const noexcept { return tag_; } // empty for a bare digest
  [[nodiscard]] const std::optional<Digest>& digest() const noexcept { return digest_; }

  [[nodiscard]] std::string repository() const;          // "docker.io/library/alpine"
  [[nodiscard]] std::string familiar_repository() const; // "alpine"
  [[nodiscard]] std::string str() const;                 // "docker.io/library/alpine:latest"
  [[nodiscard]] std::string familiar() const;            // "alpine:latest", what people see
  bool operator==(const Reference&) const = default;

private:
  std::string domain_;
  std::string path_;
  std::string tag_;
  std::optional<Digest> digest_;
};

} // namespace nixbuild::oci
