#include "image/docker_tools_conf.hpp"

#include "config/go_json.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace nixbuild::image {

namespace json = boost::json;
using config::JsonPlace;

namespace {

[[noreturn]] void fail(const JsonPlace& place, std::string_view problem) {
  throw Error(ErrorKind::corrupt, format("{}: \"{}\" {}", place.file.string(), place.key, problem));
}

class Reader {
public:
  Reader(const json::value& value, JsonPlace place)
      : object_(config::as_object(value, place))
      , place_(std::move(place)) {}

  [[nodiscard]] JsonPlace place(std::string_view key) const { return place_.member(key); }

  [[nodiscard]] const json::value* find(std::string_view key) const {
    const json::value* const value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  [[nodiscard]] const json::value& get(std::string_view key) const {
    const json::value* const value = find(key);
    if (value == nullptr) fail(place(key), "is missing");
    return *value;
  }
  [[nodiscard]] std::string text(std::string_view key) const {
    return config::as_text(get(key), place(key));
  }
  [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise) const {
    const json::value* const value = find(key);
    return value == nullptr ? std::string(otherwise) : config::as_text(*value, place(key));
  }
  [[nodiscard]] PythonTime time(std::string_view key, const std::string& said,
                                std::chrono::system_clock::time_point now) const {
    auto time = parse_python_time(said, now);
    if (!time) fail(place(key), format("is no time: {}", time.error()));
    return *std::move(time);
  }
  // What Python's int() makes of a text of digits or a number.
  [[nodiscard]] std::uint64_t id(std::string_view key) const {
    const json::value* const value = find(key);
    if (value == nullptr) return 0;
    const std::string digits =
        value->is_int64() ? format("{}", value->get_int64()) : config::as_text(*value, place(key));
    std::uint32_t id = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, id);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
      fail(place(key), format("is '{}', and not the number of an owner", digits));
    }
    return id;
  }

private:
  const json::object& object_;
  JsonPlace place_;
};

void require_store_path(const NixStore& store, const std::string& path, const JsonPlace& place) {
  with_frame(format("reading \"{}\" of {}", place.key, place.file.string()),
             [&] { store.require_store_path(path); });
}

std::vector<std::vector<std::string>> store_layers_of(const Reader& conf, const NixStore& store) {
  const json::value& value = conf.get("store_layers");
  if (!value.is_array()) fail(conf.place("store_layers"), "must be a list");
  std::vector<std::vector<std::string>> layers;
  for (const json::value& layer : value.get_array()) {
    const JsonPlace place = conf.place(format("store_layers[{}]", layers.size()));
    layers.push_back(config::as_text_list(layer, place));
    for (const std::string& path : layers.back())
      require_store_path(store, path, place);
  }
  return layers;
}

void require_store_dir(const Reader& conf, const NixStore& store) {
  const std::string said = conf.text("store_dir");
  if (said != store.dir) {
    fail(conf.place("store_dir"), format("is {}, and the store here is {}", said, store.dir));
  }
}

StoreLayerOwner owner_of(const Reader& conf, std::string_view created,
                         std::chrono::system_clock::time_point now) {
  const PythonTime mtime = conf.time("mtime", conf.text("mtime", created), now);
  if (mtime.seconds < 0) fail(conf.place("mtime"), "is before 1970");
  return {.uid = conf.id("uid"),
          .gid = conf.id("gid"),
          .uname = conf.text("uname", "root"),
          .gname = conf.text("gname", "root"),
          .mtime = mtime.seconds};
}

} // namespace

bool is_docker_tools_conf_json(std::string_view text) {
  boost::system::error_code problem;
  const json::value value = json::parse(text, problem);
  if (problem || !value.is_object()) return false;
  return value.get_object().contains("store_layers") &&
         value.get_object().contains("customisation_layer");
}

DockerToolsConf parse_docker_tools_conf(std::string_view text, const std::filesystem::path& file,
                                        const NixStore& store,
                                        std::chrono::system_clock::time_point now) {
  const JsonPlace top{.file = file, .key = {}};
  const json::value value = config::parse_json(text, top);
  const Reader conf(value, top);
  require_store_dir(conf, store);
  const std::string created = conf.text("created");
  DockerToolsConf result{.architecture = conf.text("architecture"),
                         .variant = conf.text("variant", ""),
                         .config = std::make_shared<const json::object>(
                             config::as_object(conf.get("config"), conf.place("config"))),
                         .from_image = conf.text("from_image", ""),
                         .store_layers = store_layers_of(conf, store),
                         .customisation_layer = conf.text("customisation_layer"),
                         .repo_tag = conf.text("repo_tag"),
                         .created = conf.time("created", created, now),
                         .owner = owner_of(conf, created, now)};
  require_store_path(store, result.customisation_layer, conf.place("customisation_layer"));
  if (result.architecture.empty()) fail(conf.place("architecture"), "is empty");
  return result;
}

} // namespace nixbuild::image
