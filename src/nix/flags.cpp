#include "nix/flags.hpp"

#include "nix/secret_settings.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

namespace nixbuild::nix {

namespace {

void append(Arguments& arguments, std::initializer_list<std::string> more) {
  arguments.insert(arguments.end(), more);
}

void append_list(Arguments& arguments, const std::string& setting,
                 const std::vector<std::string>& values) {
  if (values.empty()) return;
  append(arguments, {"--option", setting, format("{}", fmt::join(values, " "))});
}

void append_build_flags(Arguments& arguments, const Options& options) {
  for (const auto& [name, value] : options.settings)
    if (!may_be_secret(name, value)) append(arguments, {"--option", name, value});
  append_list(arguments, "extra-substituters", options.caches);
  append_list(arguments, "extra-trusted-public-keys", options.cache_keys);
  if (options.cores) append(arguments, {"--cores", *options.cores});
  // An option and not `--builders`, so that the empty value ("none") works everywhere.
  if (options.builders) append(arguments, {"--option", "builders", *options.builders});
  if (options.keep_going) append(arguments, {"--keep-going"});
}

} // namespace

Arguments experimental_features() {
  return {"--extra-experimental-features", "nix-command flakes"};
}

Arguments evaluation_flags(const Options& options) {
  Arguments arguments;
  append_build_flags(arguments, options);
  if (options.max_jobs) append(arguments, {"--max-jobs", *options.max_jobs});
  for (const auto& [name, reference] : options.override_inputs)
    append(arguments, {"--override-input", name, reference});
  if (options.impure) append(arguments, {"--impure"});
  if (options.accept_flake_config) append(arguments, {"--accept-flake-config"});
  if (options.no_write_lock_file) append(arguments, {"--no-write-lock-file"});
  if (options.refresh) append(arguments, {"--refresh"});
  if (options.offline) append(arguments, {"--offline"});
  if (options.show_trace) append(arguments, {"--show-trace"});
  return arguments;
}

Arguments realisation_flags(const Options& options) {
  Arguments arguments;
  append_build_flags(arguments, options);
  append(arguments, {"--max-jobs", options.max_jobs.value_or("auto")});
  // nix-store has no --offline; for a derivation this is what it means.
  if (options.offline) append(arguments, {"--option", "substitute", "false"});
  return arguments;
}

} // namespace nixbuild::nix
