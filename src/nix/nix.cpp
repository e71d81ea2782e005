#include "nix/nix.hpp"

#include "nix/attribute_path.hpp"
#include "nix/discovery.hpp"
#include "nix/evaluate.hpp"
#include "nix/failure_classes.hpp"
#include "nix/secret_settings.hpp"
#include "nix/session.hpp"
#include "nix/store_path.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::nix {

namespace fs = std::filesystem;

namespace {

// `nix-store --realise`'s name for what is wanted.
std::string realisable(const std::string& derivation, const std::string& output) {
  return output.empty() ? derivation : format("{}!{}", derivation, output);
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  std::string text;
  for (std::size_t index = 0; index < std::min(most, names.size()); ++index)
    text += (index == 0 ? "" : ", ") + names[index];
  if (names.size() > most) text += format(" and {} more", names.size() - most);
  return text;
}

// Which of `wanted`, by their indexes, one of the failed `builds` is for.
std::vector<std::size_t> those_that_need(const std::vector<FinishedBuild>& builds,
                                         const std::vector<Realisable>& wanted,
                                         const Session& session) {
  std::vector<std::size_t> some;
  for (std::size_t index = 0; index < wanted.size(); ++index) {
    const auto needed = process::capture(
        session.runner,
        {.argv = {session.nix_store(), "--query", "--requisites", wanted[index].derivation}},
        session.cancel);
    const bool needs_one = std::ranges::any_of(builds, [&](const FinishedBuild& build) {
      return !build.derivation.empty() && needed.out.contains(build.derivation);
    });
    if (needs_one) some.push_back(index);
  }
  return some;
}

// nix-store prints the link when it has made one.
fs::path store_path_of(std::string printed) {
  printed.resize(printed.find_last_not_of('\n') + 1);
  fs::path path = printed.substr(printed.find_last_of('\n') + 1);
  std::error_code ignored;
  if (fs::is_symlink(path, ignored)) path = fs::read_symlink(path, ignored);
  if (!is_store_path(path)) {
    throw Error(ErrorKind::corrupt, format("nix-store answered '{}', not a store path", printed));
  }
  return path;
}

// What a machine says that takes paths from its trusted users alone.
constexpr std::string_view untrusted_path = "because it lacks a signature by a trusted key";

Error explain_push(const std::string& url, const Failure& failure) {
  Error error = explain(format("cannot push to {}", url), failure);
  if (url.starts_with("s3://") && failure.text.contains("HTTP error 403"))
    return std::move(error).with_hint(std::string(refused_by_s3));
  if (!failure.text.contains(untrusted_path)) return error;
  return std::move(error).with_hint(
      "That machine takes paths that nobody signed from its `trusted-users` alone: be one of them, "
      "or sign here (`secret-key-files` in nix.conf, `nix store sign`) with a key of which its "
      "`trusted-public-keys` know.");
}

} // namespace

Nix::Nix(process::Runner& runner, const Environment& environment, std::optional<fs::path> memory)
    : runner_(runner)
    , environment_(environment)
    , program_(find_nix(environment))
    , memory_(std::move(memory)) {}

const Version& Nix::version(const CancelToken& cancel) {
  if (!version_) {
    const auto answer =
        process::capture(runner_, {.argv = {program_.string(), "--version"}}, cancel);
    version_ = parse_version(answer.out);
    if (!answer.status.success() || !version_) {
      throw Error(ErrorKind::unavailable, format("{} does not tell its version", program_.string()))
          .with_detail(answer.err.empty() ? answer.out : answer.err);
    }
  }
  return *version_;
}

Evaluation Nix::evaluate(const Installable& installable, const std::string& system,
                         const Options& options, progress::Reporter& reporter,
                         const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  if (const auto* path = std::get_if<StorePath>(&installable)) {
    return evaluate_store_path(session, *path, system);
  }
  const std::string name = format("evaluate {}", to_string(installable));
  return progress::as_step(reporter, name, [&](progress::Step& step) {
    LogProgress log(reporter, step);
    if (const auto* flake = std::get_if<FlakeAttribute>(&installable)) {
      const auto evaluate_it = [&](const FlakeAttributes& flakes) -> Evaluations {
        return {evaluate_flake(session, flakes.front(), system, log)};
      };
      return *evaluate_unless_remembered(session, {*flake}, system, environment_, memory_, step,
                                         log, evaluate_it)
                  .front();
    }
    if (const auto* file = std::get_if<FileAttribute>(&installable)) {
      return evaluate_file(session, *file, system, log);
    }
    throw Error(ErrorKind::internal, format("{} is not for Nix", to_string(installable)));
  });
}

std::vector<std::optional<Evaluation>>
Nix::evaluate_together(const std::vector<FlakeAttribute>& flakes, const std::string& system,
                       const Options& options, progress::Reporter& reporter,
                       const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  std::vector<std::string> names;
  names.reserve(flakes.size());
  for (const FlakeAttribute& flake : flakes)
    names.push_back(to_string(Installable(flake)));
  return progress::as_step(
      reporter, format("evaluate {}", listed(names)), [&](progress::Step& step) {
        LogProgress log(reporter, step);
        const auto evaluate_them = [&](const FlakeAttributes& unknown) {
          return evaluate_flake_together(session, unknown, system, log);
        };
        return evaluate_unless_remembered(session, flakes, system, environment_, memory_, step, log,
                                          evaluate_them);
      });
}

std::vector<std::string> Nix::offered_systems(const Installable& installable,
                                              const Options& options, progress::Reporter& reporter,
                                              const CancelToken& cancel) {
  const auto* flake = std::get_if<FlakeAttribute>(&installable);
  if (flake == nullptr) {
    throw Error(ErrorKind::invalid_input, format("{} is no attribute of a flake, so nothing says "
                                                 "which platforms it is for",
                                                 to_string(installable)))
        .with_hint("Name them: `--platform linux/amd64,linux/arm64`.");
  }
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  const std::string name = format("platforms of {}", to_string(installable));
  return progress::as_step(reporter, name, [&](progress::Step& step) {
    LogProgress log(reporter, step);
    return nix::offered_systems(session, *flake, log);
  });
}

std::vector<std::string> Nix::image_attributes(const std::string& flake, const std::string& system,
                                               const Options& options, progress::Reporter& reporter,
                                               const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  return progress::as_step(reporter, format("images of {}", flake), [&](progress::Step& step) {
    LogProgress log(reporter, step);
    return flake_images(session, flake, system, log);
  });
}

std::optional<std::string> Nix::build_system_of(const std::string& derivation,
                                                const CancelToken& cancel) {
  const std::string store = (program_.parent_path() / "nix-store").string();
  const auto answer =
      process::capture(runner_, {.argv = {store, "-q", "--binding", "system", derivation}}, cancel);
  if (!answer.status.success()) return std::nullopt;
  return answer.out.substr(0, answer.out.find('\n'));
}

fs::path Nix::realise(const std::string& derivation, const std::string& output,
                      const fs::path& root, const Options& options, progress::Reporter& reporter,
                      const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  const std::string name = readable_name(derivation);
  std::error_code failed;
  fs::create_directories(fs::absolute(root).parent_path(), failed);
  if (failed) {
    throw Error(ErrorKind::io,
                format("cannot create the folder of {}: {}", root.string(), failed.message()));
  }
  Arguments argv{session.nix_store(),
                 "--realise",
                 realisable(derivation, output),
                 "--add-root",
                 fs::absolute(root).string(),
                 "--log-format",
                 "internal-json"};
  const Arguments flags = realisation_flags(options);
  argv.insert(argv.end(), flags.begin(), flags.end());
  return progress::as_step(reporter, format("realise {}", name), [&](progress::Step& step) {
    LogProgress log(reporter, step);
    const auto printed = run_logged(session, argv, log);
    if (!printed) throw explain(format("cannot build {}", name), printed.error());
    if (!log.did_something()) step.cached();
    return store_path_of(*printed);
  });
}

void Nix::realise_together(const std::vector<Realisable>& wanted, const Options& options,
                           progress::Reporter& reporter, const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  Arguments argv{session.nix_store(), "--realise", "--log-format", "internal-json",
                 "--no-gc-warning"};
  const Arguments flags = realisation_flags(options);
  argv.insert(argv.end(), flags.begin(), flags.end());
  std::vector<std::string> names;
  names.reserve(wanted.size());
  for (const Realisable& one : wanted) {
    names.push_back(readable_name(one.derivation));
    argv.push_back(realisable(one.derivation, one.output));
  }
  progress::as_step(reporter, format("realise {}", listed(names)), [&](progress::Step& step) {
    LogProgress log(reporter, step);
    const auto printed = run_logged(session, argv, log);
    if (!printed) {
      const auto some = those_that_need(printed.error().builds, wanted, session);
      if (some.empty()) throw explain(format("cannot build {}", listed(names)), printed.error());
      throw FailureOfSome(explain(format("cannot build {}", names[some.front()]), printed.error()),
                          some);
    }
    if (!log.did_something()) step.cached();
  });
}

void Nix::rebuild(const std::string& derivation, const std::string& output, const Options& options,
                  progress::Reporter& reporter, const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  const std::string name = readable_name(derivation);
  Arguments argv{session.nix_store(), "--realise",    realisable(derivation, output),
                 "--check",           "--log-format", "internal-json",
                 "--no-gc-warning"};
  const Arguments flags = realisation_flags(options);
  argv.insert(argv.end(), flags.begin(), flags.end());
  progress::as_step(reporter, format("check {}", name), [&](progress::Step& step) {
    LogProgress log(reporter, step);
    const auto printed = run_logged(session, argv, log);
    if (printed) return;
    if (!printed.error().text.contains("may not be deterministic"))
      throw explain(format("cannot build {} again", name), printed.error());
    throw Error(ErrorKind::failed, format("{} is not the same when it is built again", name))
        .with_detail(printed.error().text)
        .with_hint("Find out what differs: `nix-store --realise --check --keep-failed` keeps the "
                   "second result, for diffoscope to compare.");
  });
}

void Nix::copy_to(const std::string& url, const std::vector<std::string>& paths,
                  const Options& options, progress::Reporter& reporter, const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  Arguments argv{program_.string()};
  const auto append = [&argv](const Arguments& more) {
    argv.insert(argv.end(), more.begin(), more.end());
  };
  append(experimental_features());
  append({"copy", "--to", url, "--log-format", "internal-json"});
  // What is built here is signed by nobody. A machine heeds that from those whom it trusts.
  if (url.starts_with("ssh")) append({"--no-check-sigs"});
  for (const auto& [name, value] : options.settings)
    if (!may_be_secret(name, value)) append({"--option", name, value});
  append(paths);
  progress::as_step(reporter, format("push to {}", url), [&](progress::Step& step) {
    LogProgress log(reporter, step, "copy");
    const auto printed = run_logged(session, argv, log);
    if (!printed) throw explain_push(url, printed.error());
    if (!log.did_something()) step.cached();
  });
}

std::string Nix::output_path(const std::string& derivation, const std::string& output,
                             const CancelToken& cancel) {
  if (output.empty()) return derivation;
  const auto answer = process::capture(
      runner_,
      {.argv = {nix_store_beside(program_).string(), "--query", "--binding", output, derivation}},
      cancel);
  std::string path = answer.out.substr(0, answer.out.find('\n'));
  if (!answer.status.success() || !is_store_path(path))
    throw Error(ErrorKind::failed,
                format("Nix cannot tell where the output {} of {} will be", output, derivation))
        .with_detail(answer.err);
  return path;
}

bool Nix::has_path(const std::string& path, const CancelToken& cancel) {
  return process::capture(runner_,
                          {.argv = {nix_store_beside(program_).string(), "--check-validity", path}},
                          cancel)
      .status.success();
}

Closure Nix::closure(const std::string& path, const CancelToken& cancel) {
  return query_closure(runner_, nix_store_beside(program_), {path}, cancel);
}

PackageMetas Nix::package_metas(const FlakeAttribute& flake, const std::string& system,
                                const Closure& closure, const Options& options,
                                progress::Reporter& reporter, const CancelToken& cancel) {
  const Session session{runner_, program_, options, reporter, cancel, environment_};
  const std::string name = format("licences in {}", flake.for_people());
  return progress::as_step(reporter, name, [&](progress::Step& step) {
    LogProgress log(reporter, step);
    return query_package_metas(session, flake, system, closure, log);
  });
}

std::vector<std::string> Nix::attribute_names(const std::string& flake, const std::string& system,
                                              const CancelToken& cancel) {
  try {
    Arguments argv{program_.string()};
    const Arguments features = experimental_features();
    argv.insert(argv.end(), features.begin(), features.end());
    argv.insert(argv.end(), {"eval", "--json", "--offline", "--no-write-lock-file", "--option",
                             "allow-import-from-derivation", "false", "--apply",
                             format("packages: builtins.attrNames (packages.${{{}}} or {{ }})",
                                    nix_string(system)),
                             "--", flake + "#packages"});
    const auto answer = process::capture(runner_, {.argv = argv}, cancel);
    if (!answer.status.success()) return {};
    const boost::json::value list = boost::json::parse(answer.out);
    std::vector<std::string> names;
    for (const boost::json::value& name : list.as_array())
      names.push_back(to_string(AttributePath{std::string(name.as_string())}));
    return names;
  } catch (const std::exception&) { // whatever it is, there is nobody to tell it to
    return {};
  }
}

} // namespace nixbuild::nix
