#pragma once

#include "oci/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// A blob in one line of a FactFile: "<64 hex digits> <size>".
namespace nixbuild::image {

[[nodiscard]] std::string digest_and_size(const oci::Digest& digest, std::uint64_t size);

[[nodiscard]] std::optional<std::pair<oci::Digest, std::uint64_t>>
parse_digest_and_size(std::string_view value);

} // namespace nixbuild::image
