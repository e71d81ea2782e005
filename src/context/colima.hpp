#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::context {

// A virtual machine of Colima's, as `colima list -j` shows it, also when it is stopped.
struct ColimaProfile {
  std::string name;    // "default", "work"
  std::string status;  // Lima's: "Running", "Stopped", "Broken", …
  std::string runtime; // "docker", "containerd", …; empty in old versions while it is stopped
  std::string arch;    // "aarch64"
  std::uint64_t cpus = 0;
  std::uint64_t memory = 0; // bytes
  std::uint64_t disk = 0;   // bytes
};

// Reads the output of `colima list -j`: one JSON object on each line (abiosoft/colima cmd/list.go).
// What cannot be read is left out.
[[nodiscard]] std::vector<ColimaProfile> parse_colima_list(std::string_view lines);

// Asks Colima; empty when it is not installed or does not answer.
[[nodiscard]] std::vector<ColimaProfile> colima_profiles(process::Runner& runner,
                                                         const CancelToken& cancel);

// Whether Colima was ever started here, by its folders (colima config/files.go).
[[nodiscard]] bool has_colima(const Environment& environment);

// The profile whose docker context is called `context`: Colima makes that context when it starts
// and removes it when it stops. Empty for the name of no such context.
[[nodiscard]] std::string colima_profile_of_context(std::string_view context);

// What to do about the engine of that profile, which does not answer, as one sentence. `refused`:
// its socket is there.
[[nodiscard]] std::string colima_remedy(const std::string& profile, bool refused,
                                        const std::vector<ColimaProfile>& profiles);

} // namespace nixbuild::context
