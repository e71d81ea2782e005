#pragma once

#include "process/runner.hpp"
#include "support/cancel.hpp"
#include "support/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Tags that say what a build is of, as flocken and docker/metadata-action name them.
namespace nixbuild::pipeline {

struct TagFacts {
  std::string branch; // empty when none is checked out
  std::string default_branch;
  std::string version; // "v1.2.3", empty when it has none
  bool operator==(const TagFacts&) const = default;
};

// The branch, "latest" on the default branch, the version without a leading "v", and where it is a
// release of the form 1.2.3 also "1.2" and "1"; each once and made a valid tag.
[[nodiscard]] std::vector<std::string> auto_tags(const TagFacts& facts);

// `text` with each character that a tag cannot hold replaced by "-", at most 128 characters. Empty
// when nothing is left of it.
[[nodiscard]] std::string valid_tag(std::string_view text);

// The facts for a build of `folder`, which is in a git tree without changes. The version is
// `version`, else VERSION, else the highest that a git tag at the commit says. Where git has no
// branch checked out, those of GitHub's and GitLab's runners count. Throws an Error of kind
// not_found when there is no git tree, invalid_input when it has changes.
[[nodiscard]] TagFacts read_tag_facts(process::Runner& runner, const Environment& environment,
                                      const std::string& folder,
                                      const std::optional<std::string>& version,
                                      const CancelToken& cancel);

} // namespace nixbuild::pipeline
