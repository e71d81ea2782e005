#pragma once

#include "pipeline/build_report.hpp"
#include "progress/output.hpp"

namespace nixbuild::plugin {

// What is printed on standard output about images that were loaded.
enum class Results { names, ids, nothing };

// One line for each image and name, as docker load writes them; or for each image its ID alone.
void print_results(const std::vector<pipeline::LoadedImage>& images, Results results,
                   progress::Output& out);

} // namespace nixbuild::plugin
