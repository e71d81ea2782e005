#pragma once

#include "compose/project.hpp"
#include "context/global_flags.hpp"
#include "pipeline/run_all.hpp"
#include "support/environment.hpp"

#include <boost/json/fwd.hpp>

#include <filesystem>
#include <vector>

namespace nixbuild::plugin {

// What is to be built for `service`, whose relative paths start at `folder`: an image with the name
// that the service says, loaded into the engine that `docker` means, or where that names none, into
// that of the option "context". Throws an Error as parse_build_request() does.
[[nodiscard]] pipeline::BuildRequest service_request(const compose::NixService& service,
                                                     const std::filesystem::path& folder,
                                                     const context::GlobalFlags& docker,
                                                     const Environment& environment);

// The same for all `services`. Those that want the same are built once; that request has all
// their names. Throws an Error of kind invalid_input, too, for two different images of one name.
[[nodiscard]] std::vector<pipeline::NamedRequest>
service_requests(const std::vector<compose::NixService>& services,
                 const std::filesystem::path& folder, const context::GlobalFlags& docker,
                 const Environment& environment);

} // namespace nixbuild::plugin
