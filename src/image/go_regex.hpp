#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nixbuild::image {

// A regular expression of Go's package regexp. Its syntax is RE2's; how it replaces is its own.
// Usable by several threads at once.
class GoRegex {
public:
  // Throws an Error of kind invalid_input that names `pattern` and says what is wrong with it.
  explicit GoRegex(const std::string& pattern);
  GoRegex(GoRegex&&) noexcept;
  GoRegex& operator=(GoRegex&&) noexcept;
  ~GoRegex();

  // Whether it matches anywhere in `text`.
  [[nodiscard]] bool matches(std::string_view text) const;

  // `text` with every match replaced as Regexp.ReplaceAll does: "$1", "${name}" and "$$" in
  // `replacement` are expanded.
  [[nodiscard]] std::string replace_all(std::string_view text, std::string_view replacement) const;

private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

} // namespace nixbuild::image
