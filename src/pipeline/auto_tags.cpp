#include "pipeline/auto_tags.hpp"

#include "nix/git_state.hpp"
#include "source/git_command.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <utility>

namespace nixbuild::pipeline {

namespace {

constexpr std::size_t longest_tag = 128;
constexpr std::string_view remote = "origin/";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// A version as semver.org has it.
struct Version {
  std::array<std::uint64_t, 3> numbers{};
  std::string rest; // "-rc.1+build", empty for a release
};

std::string_view without_v(std::string_view text) {
  if (text.size() > 1 && text.front() == 'v' && is_digit(text[1])) text.remove_prefix(1);
  return text;
}

// One, two or three numbers and what follows them.
std::optional<Version> parse_version(std::string_view text) {
  text = without_v(text);
  Version version;
  for (std::size_t index = 0; index < version.numbers.size(); ++index) {
    const char* const start = std::to_address(text.begin());
    const char* const end = std::to_address(text.end());
    const auto [stop, error] = std::from_chars(start, end, version.numbers[index]);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - start));
    if (index + 1 == version.numbers.size()) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty() && text.front() != '-' && text.front() != '+') return std::nullopt;
  version.rest = text;
  return version;
}

bool is_release(const Version& version) {
  return !version.rest.starts_with('-');
}

// Releases come after their pre-releases; those are as their names are.
bool is_older(const Version& left, const Version& right) {
  if (left.numbers != right.numbers) return left.numbers < right.numbers;
  if (is_release(left) != is_release(right)) return is_release(right);
  return left.rest < right.rest;
}

void add(std::vector<std::string>& tags, std::string_view text) {
  std::string tag = valid_tag(text);
  if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.push_back(std::move(tag));
}

// What git says, in one line; nothing when it fails.
std::optional<std::string> ask_git(process::Runner& runner, const std::string& folder,
                                   const std::vector<std::string>& question,
                                   const CancelToken& cancel) {
  auto answer = process::capture(runner, source::git_command(folder, question), cancel);
  if (!answer.status.success()) return std::nullopt;
  while (answer.out.ends_with('\n'))
    answer.out.pop_back();
  return std::move(answer.out);
}

std::string branch_of(process::Runner& runner, const Environment& environment,
                      const std::string& folder, const CancelToken& cancel) {
  if (auto branch = ask_git(runner, folder, {"symbolic-ref", "--quiet", "--short", "HEAD"}, cancel))
    return *branch;
  if (environment.get("GITHUB_REF_TYPE") == "branch")
    return environment.get("GITHUB_REF_NAME").value_or("");
  return environment.get("CI_COMMIT_BRANCH").value_or("");
}

std::string default_branch_of(process::Runner& runner, const Environment& environment,
                              const std::string& folder, const CancelToken& cancel) {
  const auto head = ask_git(
      runner, folder, {"symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"}, cancel);
  if (head && head->starts_with(remote)) return head->substr(remote.size());
  return environment.get("CI_DEFAULT_BRANCH").value_or("main");
}

std::string version_at_commit(process::Runner& runner, const std::string& folder,
                              const CancelToken& cancel) {
  const auto answer = ask_git(runner, folder, {"tag", "--points-at", "HEAD"}, cancel);
  std::string_view rest = answer ? *answer : std::string_view();
  std::optional<Version> highest;
  std::string text;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const auto version = parse_version(name);
    if (!version || (highest && !is_older(*highest, *version))) continue;
    highest = version;
    text = name;
  }
  return text;
}

} // namespace

std::string valid_tag(std::string_view text) {
  std::string tag;
  for (const char c : text.substr(0, longest_tag)) {
    const bool fits = is_word(c) || (!tag.empty() && (c == '.' || c == '-'));
    if (fits)
      tag += c;
    else if (!tag.empty())
      tag += '-';
  }
  return tag;
}

std::vector<std::string> auto_tags(const TagFacts& facts) {
  std::vector<std::string> tags;
  add(tags, facts.branch);
  if (!facts.branch.empty() && facts.branch == facts.default_branch) add(tags, "latest");
  add(tags, without_v(facts.version));
  const auto version = parse_version(facts.version);
  if (!version || !is_release(*version)) return tags;
  add(tags, format("{}.{}", version->numbers[0], version->numbers[1]));
  add(tags, format("{}", version->numbers[0]));
  return tags;
}

TagFacts read_tag_facts(process::Runner& runner, const Environment& environment,
                        const std::string& folder, const std::optional<std::string>& version,
                        const CancelToken& cancel) {
  const auto state = nix::git_state(runner, environment, folder, cancel);
  if (!state)
    throw Error(ErrorKind::not_found, format("{} is in no git tree that tells tags", folder))
        .with_hint("write the whole name with --tag NAME:TAG, without --auto-tags");
  if (state->has_changes)
    throw Error(ErrorKind::invalid_input,
                format("the git tree of {} has changes that no commit holds", folder))
        .with_hint("commit them, or write the whole name with --tag NAME:TAG");
  TagFacts facts{.branch = branch_of(runner, environment, state->folder, cancel),
                 .default_branch = default_branch_of(runner, environment, state->folder, cancel),
                 .version = version.value_or(environment.get("VERSION").value_or(""))};
  if (facts.version.empty()) facts.version = version_at_commit(runner, state->folder, cancel);
  return facts;
}

} // namespace nixbuild::pipeline
