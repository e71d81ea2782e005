#include "image/member_name.hpp"

namespace nixbuild::image {

namespace {

// Goes from the folder `base` along `path`; nothing when that leaves the archive.
std::optional<std::string> walk(std::string base, std::string_view path, bool may_go_up) {
  if (path.starts_with('/')) return std::nullopt;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (step.empty() || step == ".") continue;
    if (step == "..") {
      if (!may_go_up || base.empty()) return std::nullopt;
      const std::size_t parent = base.rfind('/');
      base.resize(parent == std::string::npos ? 0 : parent);
      continue;
    }
    if (!base.empty()) base += '/';
    base += step;
  }
  return base;
}

} // namespace

std::optional<std::string> member_name(std::string_view name) {
  return walk({}, name, false);
}

std::optional<std::string> link_destination(std::string_view link, std::string_view target) {
  const std::size_t folder = link.rfind('/');
  return walk(std::string(folder == std::string_view::npos ? "" : link.substr(0, folder)), target,
              true);
}

} // namespace nixbuild::image
