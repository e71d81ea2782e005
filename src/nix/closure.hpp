#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// A valid path of the store.
struct ClosurePath {
  std::string path;                    // "/nix/store/<hash>-<name>"
  std::string nar_hash;                // SHA-256 of its NAR serialisation, 64 hex digits
  std::uint64_t nar_size = 0;          // bytes of its NAR serialisation
  std::string deriver;                 // empty when not known
  std::vector<std::size_t> references; // indexes into Closure::paths, ascending, never itself
  bool refers_to_itself = false;
};

// Store paths together with everything that they refer to.
struct Closure {
  std::vector<ClosurePath> paths; // ascending by path
  // The paths that were asked for, as indexes into `paths`, in the order of the asking.
  std::vector<std::size_t> roots;
};

// The parts of a store path's last component, "<hash>-<name>".
[[nodiscard]] std::string_view store_hash(std::string_view path);
[[nodiscard]] std::string_view store_name(std::string_view path);

// The index of `path`, when the closure holds it.
[[nodiscard]] std::optional<std::size_t> find_path(const Closure& closure, std::string_view path);

// Asks `nix_store` (the program) for the closure of `roots`, which are valid store paths: two
// processes for any number of paths that fits a command line, else one more per 100 KiB of names.
// Throws an Error of kind failed, with Nix's own text as detail, when a root is not a valid path,
// and corrupt when the answer is not what `nix-store --dump-db` prints.
[[nodiscard]] Closure query_closure(process::Runner& runner, const std::filesystem::path& nix_store,
                                    const std::vector<std::string>& roots,
                                    const CancelToken& cancel);

} // namespace nixbuild::nix
