#include "agent/serve.hpp"
#include "pipeline/serve_job.hpp"
#include "plugin/version.hpp"
#include "process/runner.hpp"
#include "support/environment.hpp"
#include "support/error.hpp"

#include <cstdio>
#include <string>

namespace {

using namespace nixbuild;

int serve_standard_streams() {
  const agent::StandardStreams streams = agent::take_standard_streams();
  const Environment environment = Environment::of_process();
  const auto runner = process::system_runner();
  const agent::Work job = [&](const std::string& request, agent::Conversation& client,
                              progress::Reporter& reporter, const CancelToken& cancel) {
    pipeline::World world{.environment = environment, .processes = *runner, .reporter = reporter};
    return pipeline::serve_job(request, client, world, cancel);
  };
  const agent::Hello hello =
      agent::own_hello(std::string(plugin::version), environment.get("HOME").value_or(""));
  return agent::serve(streams.in.get(), streams.out.get(), hello, job);
}

} // namespace

// What runs beside the engine: all of what the plugin does, told what by messages (src/agent).
int main() {
  try {
    return serve_standard_streams();
  } catch (const Error& error) {
    std::fputs((error.message() + "\n").c_str(), stderr);
    return exit_code(error.kind());
  }
}
