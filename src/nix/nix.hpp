#pragma once

#include "nix/installable.hpp"
#include "nix/options.hpp"
#include "oci/platform.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/environment.hpp"

#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::nix {

struct Version {
  int major_number = 0;
  int minor_number = 0;
  std::string text; // "2.34.8"
  [[nodiscard]] bool at_least(int major_wanted, int minor_wanted) const noexcept;
};

// The Nix system of an OCI platform: "aarch64-linux" of linux/arm64. Throws an Error of kind
// invalid_input for a platform that Nix does not know.
[[nodiscard]] std::string system_of(const oci::Platform& platform);

// What evaluating an installable told.
struct Evaluation {
  std::string attribute;  // the full attribute path that was found; empty for paths
  std::string derivation; // "/nix/store/….drv"
  std::string output = "out";
  std::string system;     // that the derivation builds on; empty when not known
  std::string image_name; // dockerTools' imageName, or empty
  std::string image_tag;
};

// The Nix of this machine, by its command line (`nix`, `nix-store`). Calls throw an Error of kind
// cancelled, or failed / not_found / … with Nix's own text as detail and one sentence of remedy
// as hint where the text is one that we know (errors.hpp).
class Nix {
public:
  // Looks for `nix` in PATH and in the usual profiles. Throws not_found, saying how to get Nix.
  Nix(process::Runner& runner, const Environment& environment);

  [[nodiscard]] const std::filesystem::path& program() const noexcept { return program_; }
  [[nodiscard]] const Version& version(const CancelToken& cancel);

  // One evaluation: finds the attribute for `system` (always by its full path, never --system),
  // instantiates its derivation and reads what kind of image it is.
  [[nodiscard]] Evaluation evaluate(const Installable& installable, const std::string& system,
                                    const Options& options, progress::Reporter& reporter,
                                    const CancelToken& cancel);

  // Builds or fetches `output` of `derivation` and returns its store path. `root`, a link to be
  // made or replaced, keeps it from the garbage collector.
  [[nodiscard]] std::filesystem::path realise(const std::string& derivation,
                                              const std::string& output,
                                              const std::filesystem::path& root,
                                              const Options& options, progress::Reporter& reporter,
                                              const CancelToken& cancel);

  // Names of attributes that complete `fragment` of `flake` for `system`, for shell completion.
  [[nodiscard]] std::vector<std::string>
  attribute_names(const std::string& flake, const std::string& system, const CancelToken& cancel);

private:
  process::Runner& runner_;
  std::filesystem::path program_;
  std::optional<Version> version_;
};

} // namespace nixbuild::nix
