#include "image/nix2container_json.hpp"

#include "config/go_json.hpp"
#include "image/go_time.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <functional>
#include <utility>

namespace nixbuild::image {

namespace json = boost::json;
using config::JsonPlace;

namespace {

constexpr std::int64_t known_version = 1;

[[noreturn]] void fail(const JsonPlace& place, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("{}: \"{}\" {}", place.file.string(), place.key, problem));
}

// An object whose members are looked up as Go's decoder does.
class GoObject {
public:
  GoObject(const json::value& value, JsonPlace place)
      : object_(config::as_object(value, place))
      , place_(std::move(place)) {}

  [[nodiscard]] const json::value* find(std::string_view key) const {
    return config::find_member(object_, key);
  }
  [[nodiscard]] JsonPlace place(std::string_view key) const { return place_.member(key); }

  [[nodiscard]] std::string text(std::string_view key) const {
    const json::value* const value = find(key);
    return value == nullptr ? std::string() : config::as_text(*value, place(key));
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const {
    const json::value* const value = find(key);
    return value == nullptr ? std::vector<std::string>() : config::as_text_list(*value, place(key));
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const json::value* const value = find(key);
    return value != nullptr && config::as_bool(*value, place(key));
  }
  [[nodiscard]] std::uint64_t size(std::string_view key) const {
    const json::value* const value = find(key);
    if (value == nullptr) return 0;
    const std::int64_t* const number = value->if_int64();
    if (number == nullptr || *number < 0) fail(place(key), "must be a whole number, 0 or more");
    return static_cast<std::uint64_t>(*number);
  }
  [[nodiscard]] std::string time(std::string_view key) const {
    const std::string said = text(key);
    if (said.empty()) return {};
    auto time = go_time(said);
    if (!time) fail(place(key), format("is no time: {}", time.error()));
    return *std::move(time);
  }
  // The keys of a member whose values say nothing: {"80/tcp": {}}.
  [[nodiscard]] std::set<std::string> keys(std::string_view key) const {
    std::set<std::string> keys;
    const json::value* const value = find(key);
    if (value == nullptr) return keys;
    for (const auto& member : config::as_object(*value, place(key))) {
      if (!member.value().is_null()) {
        (void)config::as_object(member.value(), place(key).member(member.key()));
      }
      keys.emplace(member.key());
    }
    return keys;
  }
  void for_each(std::string_view key,
                const std::function<void(const json::value&, const JsonPlace&)>& visit) const {
    const json::value* const value = find(key);
    if (value == nullptr) return;
    if (!value->is_array()) fail(place(key), "must be a list");
    std::size_t index = 0;
    for (const json::value& element : value->get_array())
      visit(element, place_.member(format("{}[{}]", key, index++)));
  }

private:
  const json::object& object_;
  JsonPlace place_;
};

OciRunConfig run_config_of(const GoObject& object) {
  OciRunConfig config{.user = object.text("User"),
                      .exposed_ports = object.keys("ExposedPorts"),
                      .env = object.texts("Env"),
                      .entrypoint = object.texts("Entrypoint"),
                      .cmd = object.texts("Cmd"),
                      .volumes = object.keys("Volumes"),
                      .working_dir = object.text("WorkingDir"),
                      .labels = {},
                      .stop_signal = object.text("StopSignal"),
                      .args_escaped = object.flag("ArgsEscaped")};
  if (const json::value* const labels = object.find("Labels")) {
    config.labels = config::as_text_map(*labels, object.place("Labels"));
  }
  return config;
}

OciHistory history_of(const GoObject& object) {
  return {.created = object.time("created"),
          .created_by = object.text("created_by"),
          .author = object.text("author"),
          .comment = object.text("comment"),
          .empty_layer = object.flag("empty_layer")};
}

Nix2ContainerPath path_of(const GoObject& object) {
  Nix2ContainerPath path{.path = object.text("path"),
                         .rewrite_regex = {},
                         .rewrite_replacement = {},
                         .permissions = {}};
  const json::value* const options_value = object.find("options");
  if (options_value == nullptr) return path;
  const GoObject options(*options_value, object.place("options"));
  if (const json::value* const value = options.find("rewrite")) {
    const GoObject rewrite(*value, options.place("rewrite"));
    path.rewrite_regex = rewrite.text("regex");
    path.rewrite_replacement = rewrite.text("repl");
  }
  options.for_each("perms", [&](const json::value& value, const JsonPlace& place) {
    const GoObject permission(value, place);
    path.permissions.push_back({.regex = permission.text("regex"),
                                .mode = permission.text("mode"),
                                .uid = permission.size("uid"),
                                .gid = permission.size("gid"),
                                .uname = permission.text("uname"),
                                .gname = permission.text("gname")});
  });
  return path;
}

Nix2ContainerLayerJson layer_of(const GoObject& object) {
  Nix2ContainerLayerJson layer{.digest = object.text("digest"),
                               .diff_id = object.text("diff_ids"),
                               .size = object.size("size"),
                               .paths = {},
                               .file = object.text("layer-path"),
                               .history = {}};
  object.for_each("paths", [&](const json::value& value, const JsonPlace& place) {
    layer.paths.push_back(path_of(GoObject(value, place)));
  });
  if (const json::value* const history = object.find("History")) {
    layer.history = history_of(GoObject(*history, object.place("History")));
  }
  return layer;
}

} // namespace

bool is_nix2container_json(std::string_view text) {
  boost::system::error_code problem;
  const json::value value = json::parse(text, problem);
  if (problem || !value.is_object()) return false;
  return value.get_object().contains("version") && value.get_object().contains("image-config");
}

Nix2ContainerJson parse_nix2container_json(std::string_view text,
                                           const std::filesystem::path& file) {
  const JsonPlace top{.file = file, .key = {}};
  const json::value value = config::parse_json(text, top);
  const GoObject object(value, top);
  if (object.size("version") != known_version) {
    throw Error(ErrorKind::corrupt,
                format("{} is an image of nix2container in version {} of its format, and only {} "
                       "is known",
                       file.string(), object.size("version"), known_version));
  }
  Nix2ContainerJson image{.config = {},
                          .layers = {},
                          .architecture = object.text("arch"),
                          .created = object.time("created")};
  if (const json::value* const config = object.find("image-config")) {
    image.config = run_config_of(GoObject(*config, object.place("image-config")));
  }
  object.for_each("layers", [&](const json::value& layer, const JsonPlace& place) {
    image.layers.push_back(layer_of(GoObject(layer, place)));
  });
  return image;
}

} // namespace nixbuild::image
