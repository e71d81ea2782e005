#pragma once

#include "context/global_flags.hpp"
#include "oci/reference.hpp"
#include "pipeline/output.hpp"
#include "pipeline/world.hpp"
#include "registry/repository.hpp"
#include "support/cancel.hpp"

#include <memory>

namespace nixbuild::pipeline {

// What Docker's configuration on this machine has for the registry of `name`. Throws an Error as
// registry::find_credentials does.
[[nodiscard]] registry::Credentials credentials_for(const oci::Reference& name,
                                                    const context::GlobalFlags& docker,
                                                    World& world, const CancelToken& cancel);

// The repository of `name` as this user reaches it: with the credentials that Docker's
// configuration has for its registry, and the settings of `how`. Throws an Error.
[[nodiscard]] std::unique_ptr<registry::Repository>
open_registry(const oci::Reference& name, const PushOutput& how, const context::GlobalFlags& docker,
              World& world, const CancelToken& cancel);

} // namespace nixbuild::pipeline
