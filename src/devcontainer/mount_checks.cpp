#include "devcontainer/checks.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

// A place of the container that something is mounted at, and what.
struct PlacedMount {
  std::string type; // "bind", "volume", "tmpfs"
  std::string target;
  std::string where; // who says so
};

// "type=bind,source=/a,target=/b", as docker run --mount takes it.
std::string field_of(std::string_view mount, std::initializer_list<std::string_view> names) {
  while (!mount.empty()) {
    const std::size_t end = std::min(mount.find(','), mount.size());
    const std::string_view field = mount.substr(0, end);
    mount.remove_prefix(std::min(end + 1, mount.size()));
    const std::size_t equals = field.find('=');
    if (equals != std::string_view::npos &&
        std::ranges::find(names, field.substr(0, equals)) != names.end())
      return std::string(field.substr(equals + 1));
  }
  return {};
}

PlacedMount mount_of(const json::value& value, const std::string& where) {
  if (value.is_object()) {
    const json::object& object = value.get_object();
    return {.type = text_of(object, "type"), .target = text_of(object, "target"), .where = where};
  }
  const std::string text = value.is_string() ? std::string(value.get_string()) : std::string();
  return {.type = field_of(text, {"type"}),
          .target = field_of(text, {"target", "destination", "dst"}),
          .where = where};
}

bool is_below(const std::string& path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

void add_service_mounts(const ComposeService& service, std::vector<PlacedMount>& all) {
  const json::value* volumes = service.content->if_contains("volumes");
  if (volumes == nullptr || !volumes->is_array()) return;
  for (const json::value& one : volumes->get_array())
    all.push_back(mount_of(one, format("the service {}", service.name)));
}

std::vector<PlacedMount> all_mounts(const Checked& at) {
  std::vector<PlacedMount> all;
  for (const Part& part : at.merged.parts()) {
    const json::value* mounts = part.content->if_contains("mounts");
    if (mounts != nullptr && mounts->is_array())
      for (const json::value& one : mounts->get_array())
        all.push_back(mount_of(one, part.name));
  }
  if (const json::value* mount = at.configuration.if_contains("workspaceMount"))
    all.push_back(mount_of(*mount, "workspaceMount"));
  if (at.service != nullptr) add_service_mounts(*at.service, all);
  return all;
}

} // namespace

void check_mounts(const Checked& at, Findings& findings) {
  for (const PlacedMount& mount : all_mounts(at)) {
    if (is_below(mount.target, "/nix")) {
      findings.add("nix-mount", Weight::problem,
                   format("{} mounts something on {}", mount.where, mount.target),
                   "remove it: it hides the store of each newer image");
    }
    const bool of_service = mount.where.starts_with("the service");
    if (mount.type == "tmpfs" && !of_service) {
      findings.add("tmpfs-mount", at.is_compose() ? Weight::problem : Weight::warning,
                   format("{} mounts a tmpfs on {}", mount.where, mount.target),
                   at.is_compose()
                       ? "write it as tmpfs: into the Compose file: from here it becomes a volume"
                       : "write it into runArgs as --tmpfs: with Compose it becomes a volume");
    }
    const bool below_run = is_below(mount.target, "/run") || is_below(mount.target, "/var/run");
    if (below_run && mount.type != "tmpfs") {
      findings.add("run-mount", Weight::warning,
                   format("{} mounts something on {}", mount.where, mount.target),
                   "move it, to /mnt for example: a system that boots mounts its own /run over it");
    }
  }
}

} // namespace nixbuild::devcontainer
