#pragma once

#include "pipeline/remote_job.hpp"
#include "pipeline/world.hpp"
#include "source/exchange.hpp"
#include "support/cancel.hpp"

namespace nixbuild::pipeline {

// The agent's side of offer_sources(): lets the requests of `job` speak of the client's flakes by
// what they are here. A folder that is seen here too is used in place, and is not written to where
// that is not allowed; the others are brought as copies, as a step of world.reporter. Throws an
// Error as source::fetch_source does.
void use_client_sources(RemoteJob& job, const source::Ask& ask, World& world,
                        const CancelToken& cancel);

} // namespace nixbuild::pipeline
