#include "engine/facts.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {

json::object parse_object(const std::string& text, std::string_view what) {
  json::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) {
    throw Error(ErrorKind::corrupt, format("the engine's answer to {} is not a JSON object", what));
  }
  return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string(std::string_view(*text)) : std::string();
}

const json::array* array_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

bool is_podman(const json::object& version) {
  const json::array* components = array_of(version, "Components");
  return components != nullptr && !components->empty() && components->front().is_object() &&
         text_of(components->front().get_object(), "Name") == "Podman Engine";
}

// The containerd image store is told by a pair in DriverStatus (buildx looks for the same).
ImageStore store_of(const json::object& version, const json::object& info) {
  if (is_podman(version)) return ImageStore::containers_storage;
  const json::array* pairs = array_of(info, "DriverStatus");
  if (pairs == nullptr) return ImageStore::graph_driver;
  const json::array wanted{"driver-type", "io.containerd.snapshotter.v1"};
  const bool found = std::ranges::any_of(*pairs, [&](const json::value& pair) {
    return pair.is_array() && pair.get_array() == wanted;
  });
  return found ? ImageStore::containerd : ImageStore::graph_driver;
}

ApiVersion agreed_version(const json::object& version, const std::optional<ApiVersion>& ceiling) {
  const ApiVersion newest = ApiVersion::parse(text_of(version, "ApiVersion")).value_or(newest_api);
  const ApiVersion oldest =
      ApiVersion::parse(text_of(version, "MinAPIVersion")).value_or(oldest_api);
  ApiVersion agreed = std::min(newest, newest_api);
  if (ceiling) agreed = std::min(agreed, *ceiling);
  if (agreed < oldest || agreed < oldest_api) {
    throw Error(ErrorKind::refused,
                format("the engine speaks API versions {} to {}, and we {} to {}", oldest.str(),
                       newest.str(), oldest_api.str(),
                       ceiling ? std::min(*ceiling, newest_api).str() : newest_api.str()))
        .with_hint(ceiling ? "unset DOCKER_API_VERSION" : "update the engine or this plugin");
  }
  return agreed;
}

oci::Platform platform_of(const json::object& version, const json::object& info) {
  std::string architecture = text_of(version, "Arch");
  // Only /info tells which ARM it is: "armv7l".
  if (architecture == "arm" && text_of(info, "Architecture").starts_with("armv6")) {
    architecture = "arm/v6";
  }
  const std::string name = format("{}/{}", text_of(version, "Os"), architecture);
  const auto platform = oci::Platform::parse(name);
  if (!platform) {
    throw Error(ErrorKind::corrupt, format("the engine names an unknown platform, {}", name));
  }
  return *platform;
}

bool is_rootless(const json::object& info) {
  const json::array* options = array_of(info, "SecurityOptions");
  return options != nullptr && std::ranges::any_of(*options, [](const json::value& option) {
           const json::string* text = option.if_string();
           return text != nullptr && std::string_view(*text).contains("name=rootless");
         });
}

} // namespace

std::optional<ApiVersion> ApiVersion::parse(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  ApiVersion version;
  if (text.find('-') != std::string_view::npos) return std::nullopt;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [dot, major_error] = std::from_chars(begin, end, version.major_number);
  if (major_error != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, minor_error] = std::from_chars(dot + 1, end, version.minor_number);
  if (minor_error != std::errc{} || rest != end) return std::nullopt;
  return version;
}

std::string ApiVersion::str() const {
  return format("{}.{}", major_number, minor_number);
}

Facts read_facts(const std::string& version_answer, const std::string& info_answer,
                 const std::optional<ApiVersion>& ceiling) {
  const json::object version = parse_object(version_answer, "GET /version");
  const json::object info = parse_object(info_answer, "GET /info");
  const bool podman = is_podman(version);
  return {.product = podman ? "Podman Engine" : "Docker Engine",
          .version = text_of(version, "Version"),
          .api = agreed_version(version, ceiling),
          .platform = platform_of(version, info),
          .store = store_of(version, info),
          .driver = text_of(info, "Driver"),
          // Podman invents a new ID for each answer.
          .id = podman ? "" : text_of(info, "ID"),
          .host_name = text_of(info, "Name"),
          .operating_system = text_of(info, "OperatingSystem"),
          .kernel = text_of(info, "KernelVersion"),
          .cgroup_version = text_of(info, "CgroupVersion"),
          .rootless = is_rootless(info)};
}

} // namespace nixbuild::engine
