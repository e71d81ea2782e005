#include "devcontainer/configuration.hpp"

#include "devcontainer/jsonc.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace nixbuild::devcontainer {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view file_name = "devcontainer.json";
constexpr std::size_t largest_file = std::size_t{1} << 20U;

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The members of a configuration, with messages that name it.
class Members {
public:
  Members(const json::object& object, const fs::path& file) : object_(object), file_(file) {}

  [[nodiscard]] std::string text(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) refuse(key, "is no text");
    return std::string(std::string_view(value->get_string()));
  }

  // One text, or a list of them.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_array()) return {text(key)};
    std::vector<std::string> list;
    for (const json::value& one : value->get_array()) {
      if (!one.is_string()) refuse(key, "is no list of texts");
      list.emplace_back(std::string_view(one.get_string()));
    }
    return list;
  }

  // Nothing when it is absent.
  [[nodiscard]] const json::object* object(std::string_view key) const {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || value->is_null()) return nullptr;
    if (!value->is_object()) refuse(key, "is no object");
    return &value->get_object();
  }

private:
  [[noreturn]] void refuse(std::string_view key, std::string_view reason) const {
    throw Error(ErrorKind::corrupt, format("{}: \"{}\" {}", file_.string(), key, reason));
  }

  const json::object& object_;
  const fs::path& file_;
};

Settings settings_of(const Members& members, const fs::path& file) {
  const json::object* customizations = members.object("customizations");
  const json::value* own =
      customizations == nullptr ? nullptr : customizations->if_contains("nixbuild");
  return parse_settings(own == nullptr ? json::value(json::object()) : *own,
                        format("{}: customizations.nixbuild", file.string()));
}

std::string listed(const std::vector<fs::path>& files, const fs::path& workspace) {
  std::string text;
  for (const fs::path& file : files)
    text += format("{}{}", text.empty() ? "" : ", ", file.lexically_relative(workspace).string());
  return text;
}

} // namespace

std::vector<fs::path> configurations_in(const fs::path& workspace) {
  const fs::path folder = workspace / ".devcontainer";
  std::vector<fs::path> found;
  for (const fs::path& place : {folder / file_name, workspace / ".devcontainer.json"})
    if (is_file(place)) found.push_back(place);
  std::error_code error;
  std::vector<fs::path> named;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const fs::path place = entry.path() / file_name; is_file(place)) named.push_back(place);
  std::ranges::sort(named);
  found.insert(found.end(), named.begin(), named.end());
  return found;
}

fs::path find_configuration(const fs::path& workspace, const std::optional<std::string>& named) {
  if (named) {
    fs::path file = (workspace / *named).lexically_normal();
    if (is_file(file)) return file;
    throw Error(ErrorKind::not_found, format("there is no file {}", file.string()));
  }
  std::vector<fs::path> found = configurations_in(workspace);
  if (found.empty()) {
    throw Error(ErrorKind::not_found,
                format("{} has no .devcontainer/devcontainer.json", workspace.string()))
        .with_hint("docker nixbuild devcontainer init writes one; its commands run in the folder "
                   "of the workspace");
  }
  const fs::path& first = found.front();
  if (found.size() == 1 || first.parent_path().parent_path() == workspace ||
      first.parent_path() == workspace) {
    return first;
  }
  throw Error(ErrorKind::invalid_input, format("{} has several dev containers: {}",
                                               workspace.string(), listed(found, workspace)))
      .with_hint(format("name one: --config {}", first.lexically_relative(workspace).string()));
}

Configuration parse_configuration(std::string_view text, const fs::path& file,
                                  const Variables& variables) {
  const json::value value = parse_jsonc(text, file.string());
  if (!value.is_object()) {
    throw Error(ErrorKind::corrupt, format("{} is no JSON object", file.string()));
  }
  auto content = std::make_shared<const json::object>(value.get_object());
  const Members members(*content, file);
  Configuration configuration{.file = file, .content = content};
  const auto replaced = [&](const std::string& with) {
    return with_frame(format("reading {}", file.string()),
                      [&] { return with_variables(with, variables); });
  };
  configuration.image = replaced(members.text("image"));
  for (const std::string& one : members.texts("dockerComposeFile"))
    configuration.compose_files.push_back((file.parent_path() / replaced(one)).lexically_normal());
  configuration.service = members.text("service");
  const json::object* build = members.object("build");
  configuration.has_dockerfile =
      content->contains("dockerFile") || (build != nullptr && build->contains("dockerfile"));
  configuration.remote_user = members.text("remoteUser");
  if (configuration.remote_user.empty()) configuration.remote_user = members.text("containerUser");
  configuration.settings = settings_of(members, file);
  return configuration;
}

Configuration read_configuration(const fs::path& file, const Variables& variables) {
  return parse_configuration(read_file(file, largest_file), file, variables);
}

} // namespace nixbuild::devcontainer
