#pragma once

#include "registry/repository.hpp"
#include "registry/retry.hpp"

#include <cstddef>
#include <memory>

namespace nixbuild::registry {

struct UploadManners {
  Patience patience = real_patience();
  std::size_t piece_size = std::size_t{16} << 20U;
};

// As open_repository() of repository.hpp.
[[nodiscard]] std::unique_ptr<Repository> open_repository(http::Web& web,
                                                          const oci::Reference& name,
                                                          Credentials credentials,
                                                          Settings settings, UploadManners manners);

} // namespace nixbuild::registry
