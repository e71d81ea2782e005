#pragma once

#include "pipeline/build_request.hpp"
#include "pipeline/remote_job.hpp"
#include "process/runner.hpp"
#include "source/exchange.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::pipeline {

// The flakes of a request that are on this machine, for another to use in place or to be sent.
struct OfferedSources {
  source::SourceOffer offer;
  std::vector<SourceNeed> needs; // in the order of the offer
};

// Those of the installable and of the overridden inputs; relative paths begin at `folder`.
// Throws an Error as source::local_flake does.
[[nodiscard]] OfferedSources offer_sources(const BuildRequest& request,
                                           const std::filesystem::path& folder,
                                           process::Runner& runner, const CancelToken& cancel);

} // namespace nixbuild::pipeline
