#include "nix/errors.hpp"

#include "nix/failure_classes.hpp"
#include "nix/store_path.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::nix {

namespace {

bool contains(std::string_view text, std::string_view mark) {
  return text.find(mark) != std::string_view::npos;
}

// What stands between the first `begin` and the next `end`.
std::string_view between(std::string_view text, std::string_view begin, char end) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + begin.size());
  return text.substr(0, text.find(end));
}

// The quoted word right before `mark`.
std::string_view quoted_before(std::string_view text, std::string_view mark) {
  text = text.substr(0, std::min(text.find(mark), text.size()));
  return text.substr(text.rfind('\'') + 1);
}

// Nix 2.8 and 2.26 have one sentence for the wrong system and for a missing feature: "a 'S1' with
// features {F} is required to build 'DRV', but I am a 'S2' with features {G}". Adds to it the
// words that 2.34 has.
std::string in_newer_words(std::string_view text) {
  std::string result(text);
  if (contains(text, "} is required to build '")) {
    const std::string_view required = quoted_before(text, "' with features {");
    const std::string_view present = between(text, "but I am a '", '\'');
    result += format("\n{}", required == present ? missing_features : platform_mismatch);
    result += format("\nRequired features: {{{}}}", between(text, "with features {", '}'));
  }
  if (contains(between(result, "Required features: {", '}'), "kvm")) result += needs_kvm;
  return result;
}

const FailureClass* class_of(std::string_view given) {
  const std::string text = in_newer_words(given);
  const auto* found = std::ranges::find_if(failure_classes, [&](const FailureClass& failure) {
    return std::ranges::all_of(failure.marks,
                               [&](std::string_view mark) { return contains(text, mark); });
  });
  return found == failure_classes.end() ? nullptr : found;
}

// The text to be classified: the messages, and of the builds' logs only what is unmistakable.
std::string telling_text(const Failure& failure) {
  std::string text = failure.text;
  for (const FinishedBuild& build : failure.builds) {
    for (const std::string& line : build.tail) {
      const bool telling = std::ranges::any_of(
          marks_in_build_logs, [&](std::string_view mark) { return contains(line, mark); });
      if (telling) text += "\n" + line;
    }
  }
  return text;
}

// When there is nothing to build and no cache gave the path, why that is was said before. Of
// several paths nix-store says "build of" in the end, too, when a build has failed.
const FailureClass* class_of(const Failure& failure) {
  const bool nobody_made_it =
      failure.builds.empty() &&
      (contains(failure.text, "there is no substituter that can build it") ||
       contains(failure.text, "error: build of '"));
  const FailureClass* earlier = nobody_made_it ? class_of(failure.remarks) : nullptr;
  return earlier != nullptr ? earlier : class_of(telling_text(failure));
}

// Nix from 2.18 on shows where an error comes from frame by frame, a blank line between them.
// Those in the expression that we gave it ("«string»") mean nothing to the user.
std::string without_our_frames(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    std::string_view frame = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    const bool is_first = kept.empty();
    const bool is_ours = contains(frame, "at «string»:");
    if (is_ours) frame = is_first ? frame.substr(0, frame.find('\n')) : "";
    if (frame.empty()) continue;
    if (!is_first) kept += "\n\n";
    kept += frame;
  }
  return kept;
}

std::string detail_of(const Failure& failure) {
  std::string detail = without_our_frames(failure.text);
  for (const FinishedBuild& build : failure.builds) {
    // A daemon's messages have the log's last lines already.
    if (build.tail.empty() || contains(failure.text, "> " + build.tail.back())) continue;
    const std::string phase = build.phase.empty() ? "" : format(" (in {})", build.phase);
    detail += format("\nlast lines of the log of {}{}:", readable_name(build.derivation), phase);
    for (const std::string& line : build.tail)
      detail += "\n> " + line;
  }
  return detail;
}

} // namespace

bool says_attribute_is_missing(std::string_view text) {
  return contains(text, "does not provide attribute");
}

Error explain(std::string message, const Failure& failure) {
  const FailureClass* known = class_of(failure);
  Error error = Error(known == nullptr ? ErrorKind::failed : known->kind, std::move(message))
                    .with_detail(detail_of(failure));
  if (known != nullptr) {
    std::string hint(known->remedy);
    if (!known->check.empty())
      hint += format("\n`docker nixbuild doctor {}` tells more.", known->check);
    return std::move(error).with_hint(std::move(hint));
  }
  if (failure.builds.empty()) return error;
  return std::move(error).with_hint(
      format("`nix log {}` shows the whole log of the build.", failure.builds.front().derivation));
}

std::optional<std::string_view> remedy_of_warning(std::string_view text) {
  const FailureClass* known = class_of(text);
  // Others, such as a download that will be tried again, are no news unless they fail.
  if (known == nullptr || known->kind != ErrorKind::refused) return std::nullopt;
  return known->remedy;
}

} // namespace nixbuild::nix
