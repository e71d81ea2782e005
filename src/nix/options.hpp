#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::nix {

// Nix's own options that we hand on, under their own names.
struct Options {
  std::optional<std::string> file;                                  // --file
  std::vector<std::pair<std::string, std::string>> args;            // --arg NAME EXPR
  std::vector<std::pair<std::string, std::string>> arg_strings;     // --argstr NAME STRING
  std::vector<std::pair<std::string, std::string>> override_inputs; // --override-input NAME REF
  std::vector<std::pair<std::string, std::string>> settings;        // --option NAME VALUE
  bool impure = false;
  bool accept_flake_config = false;
  bool no_write_lock_file = false;
  bool refresh = false;
  bool offline = false;
  bool show_trace = false;
  bool keep_going = false;
  std::optional<std::string> max_jobs;
  std::optional<std::string> cores;
  std::optional<std::string> builders;
  // Caches that were asked for, by their addresses, and the keys that they sign with: beside those
  // of nix.conf. That Nix leaves one out is an error, unless it may.
  std::vector<std::string> caches = {};
  std::vector<std::string> cache_keys = {};
  bool allow_ignored_caches = false;
  // Not handed on, but to be put into a file where Nix runs: secret lines of netrc(5).
  std::string netrc = {};
  // Not handed on: what the installable's flake is called in messages, where it names a copy.
  std::string shown_flake = {};
  // Not handed on: below this folder are source trees, each in a folder that is named by its
  // content and never changes, so that its name stands for its files.
  std::optional<std::string> unchanging_trees;

  bool operator==(const Options&) const = default;
};

} // namespace nixbuild::nix
