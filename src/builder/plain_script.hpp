#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The slow way, for a machine on which no agent runs: one shell script there that builds with
// `nix build` and hands the whole result to `docker load`, or to the engine's socket by curl. It is
// the same for every build; all that differs comes on its stdin, as data. The end of its stdin
// stops it and all that it has started.
namespace nixbuild::builder {

struct PlainJob {
  std::string installable; // what `nix build` takes; with a source, what follows its folder
  std::vector<std::string> nix_arguments; // options of `nix build`
  std::string nix_config; // NIX_CONFIG for it alone: settings that argv must not have
  std::optional<std::string> engine_socket;
  std::string engine_id;                    // of the engine that is to load it; empty: any
  std::optional<std::uint64_t> source_size; // of a tar, in bytes, that comes after all this
};

// How the script ends when it does not end well.
namespace plain_status {
inline constexpr int bad_input = 80;
inline constexpr int no_nix = 81;
inline constexpr int cannot_write = 82; // the sources, or a named pipe
inline constexpr int not_built = 83;    // Nix has said why, on stdout
inline constexpr int other_form = 84;   // the result is no archive and no script that writes one
inline constexpr int script_failed = 85;
inline constexpr int not_loaded = 86;
inline constexpr int no_loader = 87; // neither docker nor curl there
inline constexpr int other_engine = 88;
} // namespace plain_status

// What ends Nix's log on the script's stdout: the engine's answer follows, in docker's words or as
// the messages of POST /images/load.
inline constexpr std::string_view docker_answers = "@loaded by docker";
inline constexpr std::string_view engine_answers = "@loaded by curl";

// The script, as the one command that a login shell gets.
[[nodiscard]] std::string plain_script();

// What goes to its stdin, up to the source's tar. Throws an Error of kind invalid_input for a text
// with a NUL byte.
[[nodiscard]] std::string plain_input(const PlainJob& job);

} // namespace nixbuild::builder
