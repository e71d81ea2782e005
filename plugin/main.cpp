#include "cache/ed25519.hpp"
#include "http/curl_web.hpp"
#include "pipeline/flake_images.hpp"
#include "pipeline/inspect.hpp"
#include "pipeline/load.hpp"
#include "pipeline/registry_inspect.hpp"
#include "pipeline/run.hpp"
#include "pipeline/run_all.hpp"
#include "plugin/cancel_watch.hpp"
#include "plugin/metadata.hpp"
#include "plugin/print_error.hpp"
#include "plugin/run_main.hpp"
#include "plugin/standard_output.hpp"
#include "plugin/with_home.hpp"
#include "process/parent.hpp"
#include "process/runner.hpp"
#include "process/spawn.hpp"
#include "support/error.hpp"
#include "watch/uv_file_watch.hpp"

#include <string>
#include <vector>

#include <unistd.h>

namespace {

int run_in_real_world(const std::vector<std::string>& arguments,
                      nixbuild::plugin::StandardOutput& out,
                      nixbuild::plugin::StandardOutput& err) {
  using namespace nixbuild;
  const Environment environment = plugin::with_home(Environment::of_process());
  const CancelSource cancel;
  const plugin::CancelWatch watch(cancel, environment, [&err] {
    err.restore_terminal();
    ::_exit(exit_code(ErrorKind::cancelled));
  });
  const auto runner = process::system_runner();
  const auto web = http::curl_web({.authorities = environment.get("SSL_CERT_FILE")});
  plugin::World world{
      .environment = environment,
      .out = out,
      .err = err,
      .processes = *runner,
      .cancel = cancel.token(),
      .standard_input = STDIN_FILENO,
      .build = pipeline::run,
      .load = pipeline::load,
      .inspect = pipeline::inspect,
      .inspect_reference = pipeline::inspect_reference,
      .build_all = pipeline::run_all,
      .find_images = pipeline::flake_images,
      .hand_over = [](const process::Command& command) -> int { process::become(command); },
      .parent = process::arguments_of_parent,
      .watch_folders = watch::uv_file_watch,
      .web = web.get(),
      .sign = cache::sign};
  return plugin::run_main(arguments, world);
}

} // namespace

int main(int argc, char** argv) {
  using namespace nixbuild;
  plugin::StandardOutput out(STDOUT_FILENO, "standard output");
  plugin::StandardOutput err(STDERR_FILENO, "standard error");
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (plugin::is_metadata_call(arguments)) {
      out.write(plugin::metadata());
      return 0;
    }
    return run_in_real_world(arguments, out, err);
  } catch (const Error& error) {
    err.write(plugin::error_text(error));
    return exit_code(error.kind());
  }
}
