#pragma once

#include "nix/closure.hpp"
#include "nix/installable.hpp"
#include "nix/options.hpp"
#include "nix/package_meta.hpp"
#include "oci/platform.hpp"
#include "process/runner.hpp"
#include "progress/reporter.hpp"
#include "support/environment.hpp"
#include "support/error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::nix {

struct Version {
  int major_number = 0;
  int minor_number = 0;
  std::string text; // "2.34.8"
  [[nodiscard]] bool at_least(int major_wanted, int minor_wanted) const noexcept;
};

// Reads what `nix --version` prints, Lix's and Determinate's too: "nix (Nix) 2.34.8", "nix (Lix,
// like Nix) 2.91.0", "nix (Determinate Nix 3.6.2) 2.30.2". Nothing when there is no number in it.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

// The Nix system of an OCI platform: "aarch64-linux" of linux/arm64. Throws an Error of kind
// invalid_input for a platform that Nix does not know.
[[nodiscard]] std::string system_of(const oci::Platform& platform);

// The other way round; nothing for a system that is no Linux, or has no platform.
[[nodiscard]] std::optional<oci::Platform> platform_of(const std::string& system);

// What evaluating an installable told.
struct Evaluation {
  std::string attribute;  // the full attribute path that was found; empty for paths
  std::string derivation; // "/nix/store/….drv"; for a store path that is none, that path
  std::string output;     // "out"; empty for a store path that is no derivation
  std::string system;     // that the result is for; empty when not known
  std::string image_name; // dockerTools' imageName, or empty
  std::string image_tag;
  std::string conf;         // derivation of the image's conf.json (dockerTools), or empty
  std::string package;      // pname, or empty
  std::string main_program; // meta.mainProgram, or empty
};

// What realising a derivation would do.
struct DryRun {
  std::vector<std::string> builds;    // derivations
  std::vector<std::string> downloads; // store paths
  std::uint64_t download_bytes = 0;   // as far as Nix tells: rounded to 0.01 MiB or 0.1 KiB
  std::uint64_t unpacked_bytes = 0;
};

// An output of a derivation, as Evaluation has them.
struct Realisable {
  std::string derivation;
  std::string output;
};

// Some of what was to be realised together needs a build that failed.
class FailureOfSome : public Error {
public:
  FailureOfSome(Error why, std::vector<std::size_t> some)
      : Error(std::move(why))
      , some_(std::move(some)) {}
  // Their indexes; not empty.
  [[nodiscard]] const std::vector<std::size_t>& some() const noexcept { return some_; }

private:
  std::vector<std::size_t> some_;
};

// The Nix of this machine, by its command line (`nix`, `nix-store`). Calls throw an Error of kind
// cancelled, or failed / not_found / … with Nix's own text as detail and one sentence of remedy
// as hint where the text is one that we know (errors.hpp).
class Nix {
public:
  // Looks for `nix` in PATH and in the usual profiles. Throws not_found, saying how to get Nix.
  // Evaluations of flakes are remembered in the file `memory` (EvaluationMemory), if one is named.
  Nix(process::Runner& runner, const Environment& environment,
      std::optional<std::filesystem::path> memory = {});

  [[nodiscard]] const std::filesystem::path& program() const noexcept { return program_; }
  [[nodiscard]] const Version& version(const CancelToken& cancel);

  // At most one evaluation, and none of a flake that is committed and locked and was evaluated
  // before: finds the attribute for `system` (always by its full path, never --system),
  // instantiates its derivation and reads what kind of image it is. Throws invalid_input when the
  // result is for another system than `system`, not_found with the nearest names when there is no
  // such attribute. A BuiltFile is not for Nix.
  [[nodiscard]] Evaluation evaluate(const Installable& installable, const std::string& system,
                                    const Options& options, progress::Reporter& reporter,
                                    const CancelToken& cancel);

  // The same for several attributes of one flake, in one evaluation. Nothing for those that
  // evaluate() would fail for, or that it failed for because of another one: it tells why.
  [[nodiscard]] std::vector<std::optional<Evaluation>>
  evaluate_together(const std::vector<FlakeAttribute>& flakes, const std::string& system,
                    const Options& options, progress::Reporter& reporter,
                    const CancelToken& cancel);

  // The systems that a flake has the attribute `installable` for, as it says itself. Throws an
  // Error: invalid_input for what is no attribute of a flake, not_found when it has it for none.
  [[nodiscard]] std::vector<std::string> offered_systems(const Installable& installable,
                                                         const Options& options,
                                                         progress::Reporter& reporter,
                                                         const CancelToken& cancel);

  // The full paths of the images that `flake` has for `system`: those of its output dockerImages,
  // or else its packages that are one. Throws not_found when there are none.
  [[nodiscard]] std::vector<std::string>
  image_attributes(const std::string& flake, const std::string& system, const Options& options,
                   progress::Reporter& reporter, const CancelToken& cancel);

  // The system that `derivation` itself is built on, which is another one than Evaluation::system
  // when it is cross-compiled. Nothing when that cannot be told.
  [[nodiscard]] std::optional<std::string> build_system_of(const std::string& derivation,
                                                           const CancelToken& cancel);

  // Builds or fetches all of `wanted` in one run, for realise() to find them there. Throws a
  // FailureOfSome where it is known whose build failed, else an Error as realise() does.
  void realise_together(const std::vector<Realisable>& wanted, const Options& options,
                        progress::Reporter& reporter, const CancelToken& cancel);

  // Builds or fetches `output` of `derivation`, as Evaluation has them, and returns its store path.
  // `root`, a link to be made or replaced, keeps it from the garbage collector (Nix appends
  // "-OUTPUT" to its name when that is not "out").
  [[nodiscard]] std::filesystem::path realise(const std::string& derivation,
                                              const std::string& output,
                                              const std::filesystem::path& root,
                                              const Options& options, progress::Reporter& reporter,
                                              const CancelToken& cancel);

  // Builds `output` of `derivation`, which was realised, once more and compares the results. Throws
  // an Error of kind failed when they differ.
  void rebuild(const std::string& derivation, const std::string& output, const Options& options,
               progress::Reporter& reporter, const CancelToken& cancel);

  // What realise() would build and fetch.
  [[nodiscard]] DryRun what_would_be_built(const std::string& derivation, const std::string& output,
                                           const Options& options, const CancelToken& cancel);

  // Copies `paths`, which are valid, with all that they need to the store at `url`, which may be a
  // binary cache (`nix copy`). Throws an Error of kind failed, or what explain() makes of it.
  void copy_to(const std::string& url, const std::vector<std::string>& paths,
               const Options& options, progress::Reporter& reporter, const CancelToken& cancel);

  // Where `output` of `derivation` is or would be.
  [[nodiscard]] std::string output_path(const std::string& derivation, const std::string& output,
                                        const CancelToken& cancel);
  // Whether the store has `path`.
  [[nodiscard]] bool has_path(const std::string& path, const CancelToken& cancel);

  // What `path`, a valid store path, needs at run time. Throws as query_closure().
  [[nodiscard]] Closure closure(const std::string& path, const CancelToken& cancel);

  // What the packages of `flake` and of its inputs for `system` say of the paths of `closure`; see
  // package_meta.hpp. Throws as evaluate().
  [[nodiscard]] PackageMetas package_metas(const FlakeAttribute& flake, const std::string& system,
                                           const Closure& closure, const Options& options,
                                           progress::Reporter& reporter, const CancelToken& cancel);

  // Names of the packages of `flake` for `system`, for shell completion: quoted where an attribute
  // path needs it, none when anything fails. Uses no network and writes no lock file.
  [[nodiscard]] std::vector<std::string>
  attribute_names(const std::string& flake, const std::string& system, const CancelToken& cancel);

private:
  process::Runner& runner_;
  Environment environment_;
  std::filesystem::path program_;
  std::optional<std::filesystem::path> memory_;
  std::optional<Version> version_;
};

} // namespace nixbuild::nix
