#include "source/tree_facts.hpp"

#include "source/git_command.hpp"
#include "source/take_word.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_revision(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of(hex) == std::string_view::npos;
}

class Git {
public:
  Git(const LocalFlake& flake, process::Runner& runner, const CancelToken& cancel)
      : flake_(flake)
      , runner_(runner)
      , cancel_(cancel) {}

  // What git answers, without the last line's end.
  [[nodiscard]] std::string ask(const std::vector<std::string>& words) const {
    auto answer = process::capture(runner_, git_command(flake_.root, words), cancel_);
    if (!answer.status.success()) {
      throw Error(ErrorKind::failed, format("git cannot tell about {}", flake_.root.string()))
          .with_detail(std::move(answer.err));
    }
    answer.out.resize(answer.out.find_last_not_of('\n') + 1);
    return std::move(answer.out);
  }

  [[nodiscard]] std::uint64_t ask_number(const std::vector<std::string>& words) const {
    const std::string answer = ask(words);
    if (const auto number = parse_number<std::uint64_t>(answer)) return *number;
    throw Error(ErrorKind::corrupt, format("git tells '{}' about {}, which is no number", answer,
                                           flake_.root.string()));
  }

private:
  const LocalFlake& flake_;
  process::Runner& runner_;
  const CancelToken& cancel_;
};

// `git status --porcelain=v2 --branch`: "# branch.oid COMMIT" (or "(initial)"), other lines that
// begin with "#", and one line for each change.
TreeFacts facts_of_status(std::string_view status) {
  constexpr std::string_view oid = "# branch.oid ";
  TreeFacts facts;
  while (!status.empty()) {
    const std::string_view line = status.substr(0, status.find('\n'));
    status.remove_prefix(std::min(status.size(), line.size() + 1));
    if (line.starts_with(oid)) {
      facts.revision = line.substr(oid.size());
    } else if (!line.starts_with('#')) {
      facts.dirty = true;
    }
  }
  return facts;
}

TreeFacts facts_of_work_tree(const LocalFlake& flake, process::Runner& runner,
                             const CancelToken& cancel) {
  const Git git(flake, runner, cancel);
  // Nix looks into submodules only when they are asked for.
  TreeFacts facts = facts_of_status(
      git.ask({"status", "--porcelain=v2", "--branch", "--untracked-files=no",
               flake.submodules ? "--ignore-submodules=untracked" : "--ignore-submodules=all"}));
  const std::string commit = std::exchange(facts.revision, {});
  if (!is_revision(commit)) {
    facts.dirty = true; // before the first commit all is a change
    return facts;
  }
  facts.last_modified =
      git.ask_number({"log", "-1", "--format=%ct", "--no-show-signature", commit});
  if (facts.dirty) return facts;
  facts.revision = commit;
  std::error_code problem;
  if (!fs::exists(flake.root / ".git/shallow", problem)) {
    facts.revision_count = git.ask_number({"rev-list", "--count", commit});
  }
  return facts;
}

std::uint64_t time_of(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || status.st_mtime < 0) return 0;
  return static_cast<std::uint64_t>(status.st_mtime);
}

TreeFacts facts_of_folder(const fs::path& root, const CancelToken& cancel) {
  TreeFacts facts{.revision = {}, .revision_count = {}, .last_modified = time_of(root)};
  std::error_code problem;
  fs::recursive_directory_iterator at(root, problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    cancel.throw_if_cancelled();
    facts.last_modified = std::max(facts.last_modified, time_of(at->path()));
  }
  if (problem) throw system_error(problem.value(), format("cannot list {}", root.string()));
  return facts;
}

} // namespace

TreeFacts read_tree_facts(const LocalFlake& flake, process::Runner& runner,
                          const CancelToken& cancel) {
  if (flake.kind == LocalFlake::Kind::folder) return facts_of_folder(flake.root, cancel);
  return facts_of_work_tree(flake, runner, cancel);
}

// "clean"|"dirty", the time, "-" or the commit, "-" or the count.
std::string to_text(const TreeFacts& facts) {
  return format("{} {} {} {}", facts.dirty ? "dirty" : "clean", facts.last_modified,
                facts.revision.empty() ? "-" : facts.revision,
                facts.revision_count ? format("{}", *facts.revision_count) : "-");
}

TreeFacts parse_tree_facts(std::string_view text) {
  std::string_view rest = text;
  const std::string_view state = take_word(rest);
  const auto time = parse_number<std::uint64_t>(take_word(rest));
  const std::string_view revision = take_word(rest);
  const auto count = parse_number<std::uint64_t>(rest);
  if ((state != "dirty" && state != "clean") || !time ||
      (revision != "-" && !is_revision(revision)) || (rest != "-" && !count)) {
    throw Error(ErrorKind::corrupt, format("'{}' tells nothing about a source tree", text));
  }
  return {.revision = revision == "-" ? std::string() : std::string(revision),
          .revision_count = count,
          .last_modified = *time,
          .dirty = state == "dirty"};
}

std::string reference_to_copy(const fs::path& folder, const std::string& subfolder,
                              const TreeFacts& facts) {
  std::vector<std::pair<std::string, std::string>> parameters;
  if (!subfolder.empty()) parameters.emplace_back("dir", subfolder);
  parameters.emplace_back("lastModified", format("{}", facts.last_modified));
  if (!facts.revision.empty()) parameters.emplace_back("rev", facts.revision);
  if (facts.revision_count)
    parameters.emplace_back("revCount", format("{}", *facts.revision_count));
  return path_reference(folder, parameters);
}

} // namespace nixbuild::source
