#pragma once

#include "image/closure_image.hpp"
#include "image/container_config.hpp"
#include "image/root_files.hpp"
#include "image/store_view.hpp"

#include <string>
#include <string_view>

namespace nixbuild::image {

// The store path that the image is of, and the files of its store.
[[nodiscard]] const std::string& root_path(const ClosureSource& source);
[[nodiscard]] StoreView store_of(const ClosureSource& source);

// The path of the closure, nearest to the bottom, that has `program` ("bin/sh"), and that program
// in it; empty when there is none.
[[nodiscard]] std::string lowest_program(const ClosureSource& source, const StoreView& store,
                                         std::string_view program);

// Makes links to CA certificates, where the closure holds some, and says so in the environment.
void add_certificates(const ClosureSource& source, const StoreView& store, RootFiles& files,
                      ContainerConfig& config);

// The image of the closure in `options.max_layers` layers, one of which holds `files`.
[[nodiscard]] Image assemble_image(const ClosureSource& source, const ClosureImageOptions& options,
                                   const RootFiles& files, const ContainerConfig& config,
                                   DigestTrust trust, DigestCache& cache,
                                   progress::Reporter& reporter, const CancelToken& cancel);

} // namespace nixbuild::image
