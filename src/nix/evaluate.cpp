#include "nix/evaluate.hpp"

#include "nix/nearest.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::nix {

namespace {

Evaluation without_evaluation(const Session& session, const StorePath& path,
                              const SelectedOutput& selected) {
  Evaluation evaluation;
  evaluation.derivation = selected.rest;
  const bool is_derivation = selected.rest.ends_with(".drv");
  evaluation.output = selected.output;
  if (is_derivation && evaluation.output.empty()) evaluation.output = "out";

  // Both may fail for good reasons: a path that nothing was kept about, one that is in a cache
  // only. Then nothing is known of its system.
  const auto ask = [&](const Arguments& query) {
    Arguments argv{session.nix_store(), "--query"};
    argv.insert(argv.end(), query.begin(), query.end());
    const auto answer = process::capture(session.runner, {.argv = argv}, session.cancel);
    return answer.status.success() ? answer.out : std::string();
  };
  const std::string derivation =
      is_derivation ? selected.rest : ask({"--deriver", path.path.string()});
  if (derivation.ends_with(".drv")) evaluation.system = ask({"--binding", "system", derivation});
  return evaluation;
}

} // namespace

SelectedOutput split_output(const std::string& text) {
  const std::size_t mark = text.find_last_of("^!");
  if (mark == std::string::npos) return {.rest = text, .output = {}};
  SelectedOutput selected{.rest = text.substr(0, mark), .output = text.substr(mark + 1)};
  const bool one_name =
      !selected.output.empty() && selected.output.find_first_of("*,./\"") == std::string::npos;
  if (!one_name) {
    throw Error(ErrorKind::invalid_input,
                format("'{}' does not select one output: '{}'", text, selected.output))
        .with_hint("Write one output's name after the '^', or leave it out.");
  }
  return selected;
}

Error not_a_derivation(const std::string& what, const NoDerivation& value) {
  Error error(ErrorKind::invalid_input, format("'{}' is no derivation but a {}", what, value.type));
  if (value.names.empty()) {
    return std::move(error).with_hint("Name a package or an image.");
  }
  std::string names;
  constexpr std::size_t most = 12;
  for (std::size_t index = 0; index < std::min(value.names.size(), most); ++index)
    names += (index == 0 ? "" : ", ") + value.names[index];
  if (value.names.size() > most) names += ", …";
  return std::move(error).with_hint(format("Name a package or an image. In it are: {}.", names));
}

Error wrong_system(const std::string& what, const std::string& has, const std::string& wanted) {
  return Error(ErrorKind::invalid_input,
               format("'{}' is for {}, but {} is wanted", what, has, wanted))
      .with_hint("Name the one for the engine's platform, or choose another platform with "
                 "`--platform`.");
}

Evaluation accept(const FoundDerivation& found, std::string attribute,
                  const std::string& selected_output, const std::string& system,
                  const std::string& what) {
  // Fetchers that Nix has built in have the system "builtin": they run anywhere.
  if (!found.system.empty() && found.system != system && found.system != "builtin") {
    throw wrong_system(what, found.system, system);
  }
  Evaluation evaluation{.attribute = std::move(attribute),
                        .derivation = found.derivation,
                        .output = found.output,
                        .system = found.system,
                        .image_name = found.image_name,
                        .image_tag = found.image_tag,
                        .conf = found.conf,
                        .package = found.package,
                        .main_program = found.main_program};
  if (selected_output.empty()) return evaluation;
  if (std::ranges::find(found.outputs, selected_output) == found.outputs.end()) {
    throw Error(ErrorKind::not_found, format("'{}' has no output '{}'", what, selected_output));
  }
  // conf.json is another derivation, which has no such output.
  if (selected_output != found.output) evaluation.conf.clear();
  evaluation.output = selected_output;
  return evaluation;
}

Evaluation evaluate_file(const Session& session, const FileAttribute& file,
                         const std::string& system, LogProgress& log) {
  const std::string what = to_string(Installable(file));
  const SelectedOutput selected = split_output(file.attribute);
  const CallArguments arguments{.expressions = session.options.args,
                                .strings = session.options.arg_strings};
  Arguments target{"--file", file.file};
  for (const auto& [name, expression] : arguments.expressions)
    target.insert(target.end(), {"--arg", name, expression});
  for (const auto& [name, text] : arguments.strings)
    target.insert(target.end(), {"--argstr", name, text});
  target.insert(target.end(), {"--", selected.rest});
  const auto json = evaluate_json(session, call_expression(arguments), target, log);
  if (!json) throw explain(format("cannot evaluate {}", what), json.error());
  const Answer answer = parse_answer(*json);
  if (const auto* other = std::get_if<NoDerivation>(&answer)) throw not_a_derivation(what, *other);
  return accept(std::get<FoundDerivation>(answer), selected.rest, selected.output, system, what);
}

Evaluation evaluate_store_path(const Session& session, const StorePath& path,
                               const std::string& system) {
  const std::string what = path.path.string();
  const Evaluation evaluation = without_evaluation(session, path, split_output(what));
  if (!evaluation.system.empty() && evaluation.system != system && evaluation.system != "builtin") {
    throw wrong_system(what, evaluation.system, system);
  }
  return evaluation;
}

} // namespace nixbuild::nix
