#pragma once

#include "image/amendment.hpp"
#include "oci/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::image {

// `config`, the JSON of an image, as `amendment` says and with the diff ID of a layer on top, if
// one was added; identity_label last. What it does not know stays in its place. Throws an Error of
// kind corrupt for a config that is none.
[[nodiscard]] std::string amended_config(std::string_view config, const Amendment& amendment,
                                         const std::optional<oci::Digest>& added_layer);

} // namespace nixbuild::image
