#include "source/declared_submodules.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace nixbuild::source {

namespace {

void drop_through(std::string_view& text, std::string_view end) {
  const std::size_t at = text.find(end);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
}

// Without comments, white space and the contents of strings.
std::string bare(std::string_view text) {
  std::string code;
  while (!text.empty()) {
    if (text.starts_with('#')) {
      drop_through(text, "\n");
    } else if (text.starts_with("/*")) {
      drop_through(text, "*/");
    } else if (text.starts_with('"')) {
      text.remove_prefix(1);
      while (!text.empty() && text.front() != '"')
        text.remove_prefix(std::min<std::size_t>(text.size(), text.front() == '\\' ? 2 : 1));
      text.remove_prefix(std::min<std::size_t>(text.size(), 1));
      code += '"';
    } else {
      if (std::isspace(static_cast<unsigned char>(text.front())) == 0) code += text.front();
      text.remove_prefix(1);
    }
  }
  return code;
}

bool begins_a_name(std::string_view code, std::size_t at) {
  return at == 0 || code[at - 1] == '{' || code[at - 1] == ';' || code[at - 1] == '.';
}

bool has_attribute(std::string_view code, std::string_view attribute) {
  for (std::size_t at = code.find(attribute); at != std::string_view::npos;
       at = code.find(attribute, at + 1)) {
    if (begins_a_name(code, at)) return true;
  }
  return false;
}

} // namespace

bool declares_submodules(std::string_view flake_nix) {
  const std::string code = bare(flake_nix);
  if (has_attribute(code, "self.submodules=true;")) return true;
  const std::string_view opening = "self={";
  for (std::size_t at = code.find(opening); at != std::string::npos;
       at = code.find(opening, at + 1)) {
    if (!begins_a_name(code, at)) continue;
    const std::size_t begin = at + opening.size();
    const std::string_view body =
        std::string_view(code).substr(begin, code.find('}', begin) - begin);
    if (has_attribute(body, "submodules=true;")) return true;
  }
  return false;
}

} // namespace nixbuild::source
