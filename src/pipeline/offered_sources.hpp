#pragma once

#include "pipeline/build_request.hpp"
#include "pipeline/remote_job.hpp"
#include "process/runner.hpp"
#include "source/exchange.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <vector>

namespace nixbuild::pipeline {

// The flakes of a request that are on this machine, ready to be sent to another.
struct OfferedSources {
  source::SourceOffer offer;
  std::vector<SourceNeed> needs; // in the order of the offer
};

// Those of the installable and of the overridden inputs; relative paths begin at `folder`.
// Throws an Error as source::local_flake and source::read_source_tree do.
[[nodiscard]] OfferedSources offer_sources(const BuildRequest& request,
                                           const std::filesystem::path& folder,
                                           process::Runner& runner, const CancelToken& cancel);

} // namespace nixbuild::pipeline
