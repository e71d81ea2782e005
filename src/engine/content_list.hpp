#pragma once

#include "oci/digest.hpp"

#include <set>
#include <string>
#include <vector>

namespace nixbuild::engine {

// containerd's Content service, method List (containerd api/services/content/v1/content.proto):
// which blobs are there. Dockerd offers it on its own socket to BuildKit clients.

constexpr const char* content_list_method = "/containerd.services.content.v1.Content/List";

// The request that asks for those of `digests` that exist.
[[nodiscard]] std::string content_list_request(const std::vector<oci::Digest>& digests);

// The digests that the answer's messages hold. Throws an Error of kind corrupt.
[[nodiscard]] std::set<oci::Digest> parse_content_list(const std::vector<std::string>& messages);

} // namespace nixbuild::engine
