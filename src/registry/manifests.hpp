#pragma once

#include "registry/repository.hpp"
#include "registry/session.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>

// The manifests of a repository, and small blobs; see Repository.
namespace nixbuild::registry {

[[nodiscard]] std::optional<StoredManifest>
find_manifest(Session& session, const std::string& reference, const CancelToken& cancel);
[[nodiscard]] std::optional<StoredManifest>
stat_manifest(Session& session, const std::string& reference, const CancelToken& cancel);
void put_manifest(Session& session, const std::string& reference, const std::string& media_type,
                  const std::string& text, const CancelToken& cancel);
[[nodiscard]] std::string read_blob(Session& session, const oci::Digest& digest, std::size_t limit,
                                    const CancelToken& cancel);

} // namespace nixbuild::registry
