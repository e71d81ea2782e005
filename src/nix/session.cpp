#include "nix/session.hpp"

#include "nix/discovery.hpp"
#include "nix/ignored_caches.hpp"
#include "nix/secret_settings.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::nix {

namespace {

// The names of all of nixpkgs' packages are half a megabyte.
constexpr std::size_t most_output = std::size_t{64} << 20U;

std::string how_it_ended(const process::ExitStatus& status) {
  return status.signal ? format("ended by signal {}", *status.signal)
                       : format("ended with exit code {}", status.code);
}

} // namespace

std::string Session::nix_store() const {
  return nix_store_beside(nix).string();
}

std::expected<std::string, Failure> run_logged(const Session& session, const Arguments& argv,
                                               LogProgress& log) {
  std::string output;
  const auto keep = [&](std::string_view line) {
    if (output.size() + line.size() > most_output) {
      throw Error(ErrorKind::corrupt,
                  format("{} printed more than {}", argv.front(), format_bytes(most_output)));
    }
    output += line;
    output += '\n';
  };
  log.forget_failure();
  refuse_ignored_caches(log, session.options);
  const process::ExitStatus status = session.runner.run(
      {.argv = argv,
       .directory = {},
       .environment = environment_for(session.options, session.environment)},
      keep, [&](std::string_view line) { log.line(line); }, session.cancel);
  if (status.success()) return output;
  Failure failure = log.failure();
  if (failure.text.empty()) failure.text = format("{} {}", argv.front(), how_it_ended(status));
  return std::unexpected(std::move(failure));
}

std::expected<std::string, Failure> evaluate_json(const Session& session,
                                                  const std::string& expression,
                                                  const Arguments& target, LogProgress& log) {
  Arguments argv{session.nix.string()};
  const auto append = [&](const Arguments& more) {
    argv.insert(argv.end(), more.begin(), more.end());
  };
  append(experimental_features());
  append({"eval", "--json", "--log-format", "internal-json"});
  append(evaluation_flags(session.options));
  append({"--apply", expression});
  append(target);
  return run_logged(session, argv, log);
}

} // namespace nixbuild::nix
