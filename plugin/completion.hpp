#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::plugin {

// What the shell does beside offering the candidates (spf13/cobra completions.go,
// ShellCompDirective).
enum class Directive { files = 0, no_space = 2, no_files = 4, directories = 16 };

struct Candidate {
  std::string text;
  std::string description;
};

struct Completion {
  std::vector<Candidate> candidates;
  Directive directive = Directive::no_files;
};

// Only the candidates that begin with `word`.
[[nodiscard]] Completion matching(Completion completion, std::string_view word);

// "text<TAB>description" lines and the directive's, as completion scripts read them.
[[nodiscard]] std::string to_string(const Completion& completion, bool descriptions);

} // namespace nixbuild::plugin
