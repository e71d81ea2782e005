#pragma once

#include "cache/signing.hpp"
#include "http/web.hpp"
#include "pipeline/flake_images.hpp"
#include "pipeline/inspect.hpp"
#include "pipeline/load.hpp"
#include "pipeline/registry_inspect.hpp"
#include "pipeline/run.hpp"
#include "pipeline/run_all.hpp"
#include "process/command.hpp"
#include "process/runner.hpp"
#include "progress/output.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"
#include "watch/file_watch.hpp"

#include <functional>

namespace nixbuild::plugin {

// Everything outside the program, as an argument: the whole program runs inside a test.
struct World {
  Environment environment;
  progress::Output& out; // standard output: results
  progress::Output& err; // standard error: progress and errors
  process::Runner& processes;
  CancelToken cancel;     // raised when the user wants us to stop
  int standard_input = 0; // descriptor
  // pipeline::run, load, inspect and inspect_reference, or what a test puts in their place.
  std::function<pipeline::BuildReport(const pipeline::BuildRequest&, pipeline::World&,
                                      const CancelToken&)>
      build;
  std::function<pipeline::BuildReport(const pipeline::LoadRequest&, pipeline::World&,
                                      const CancelToken&)>
      load;
  std::function<pipeline::Inspection(const pipeline::BuildRequest&, pipeline::World&,
                                     const CancelToken&)>
      inspect;
  std::function<pipeline::RegistryImage(const oci::Reference&, const pipeline::PushOutput&,
                                        const context::GlobalFlags&, pipeline::World&,
                                        const CancelToken&)>
      inspect_reference;
  // pipeline::run_all, or a test's.
  std::function<std::vector<pipeline::BuildReport>(const std::vector<pipeline::NamedRequest>&,
                                                   pipeline::World&, const CancelToken&)>
      build_all;
  // pipeline::flake_images, or a test's.
  std::function<std::vector<std::string>(const std::string&, const context::GlobalFlags&,
                                         pipeline::World&, const CancelToken&)>
      find_images;
  // process::become; a test's returns an exit status.
  std::function<int(const process::Command&)> hand_over;
  // process::arguments_of_parent, or a test's.
  std::function<std::vector<std::string>()> parent = [] { return std::vector<std::string>(); };
  // watch::uv_file_watch, or a test's.
  watch::MakeFileWatch watch_folders = {};
  http::Web* web = nullptr;     // none in tests without a registry
  cache::Signer sign = nullptr; // as above
};

} // namespace nixbuild::plugin
