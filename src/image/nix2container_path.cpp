#include "image/nix2container_path.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::image {

namespace {

constexpr std::size_t longest_regex = 4096;

GoRegex compiled(const std::string& pattern) {
  if (pattern.size() > longest_regex) {
    throw Error(ErrorKind::invalid_input,
                format("the regular expression '{}…' is too long", pattern.substr(0, 60)));
  }
  return GoRegex(pattern);
}

// What Go's fmt.Sscanf(text, "%o") reads: octal digits after white space; it stops at what is none.
unsigned parse_mode(std::string_view text) {
  constexpr unsigned limit = 1U << 21U; // what a tar header can say
  std::string_view rest = text;
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t'))
    rest.remove_prefix(1);
  if (rest.starts_with('+')) rest.remove_prefix(1);
  const auto end = std::ranges::find_if_not(rest, [](char c) { return c >= '0' && c <= '7'; });
  unsigned mode = 0;
  for (const char digit : std::string_view(rest.begin(), end))
    mode = std::min(limit, mode * 8 + static_cast<unsigned>(digit - '0'));
  if (end == rest.begin() || mode == limit) {
    throw Error(ErrorKind::invalid_input, format("'{}' is not a file mode", text))
        .with_hint("a mode in \"perms\" is octal, such as \"0755\"");
  }
  return mode;
}

#ifdef __APPLE__
// On file systems that do not tell case apart, Nix adds this and a number to names that would
// collide; the image gets the names as they were.
std::string original_name(std::string_view path) {
  constexpr std::string_view suffix = "~nix~case~hack~";
  std::string result;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view part = path.substr(0, end);
    result += part.substr(0, part.find(suffix));
    path.remove_prefix(end);
  }
  return result;
}
#else
std::string original_name(std::string_view path) {
  return std::string(path);
}
#endif

} // namespace

PathRules::PathRules(Nix2ContainerPath path) : path_(std::move(path)) {
  if (!path_.rewrite_regex.empty()) rewrite_ = compiled(path_.rewrite_regex);
  for (const Nix2ContainerPermission& permission : path_.permissions) {
    rules_.push_back({.regex = compiled(permission.regex),
                      .mode = permission.mode.empty()
                                  ? std::nullopt
                                  : std::optional(parse_mode(permission.mode))});
  }
}

std::string PathRules::destination(std::string_view source) const {
  std::string destination = original_name(source);
  if (rewrite_) return rewrite_->replace_all(destination, path_.rewrite_replacement);
  return destination;
}

void PathRules::set_permissions(std::string_view source, archive::LayerEntry& entry) const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!rules_[i].regex.matches(source)) continue;
    const Nix2ContainerPermission& permission = path_.permissions[i];
    entry.uid = permission.uid;
    entry.gid = permission.gid;
    if (!permission.uname.empty()) entry.uname = permission.uname;
    if (!permission.gname.empty()) entry.gname = permission.gname;
    entry.mode = rules_[i].mode.value_or(entry.mode);
  }
}

} // namespace nixbuild::image
