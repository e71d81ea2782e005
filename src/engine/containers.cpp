#include "engine/containers.hpp"

#include "engine/answer_fields.hpp"
#include "engine/engine_impl.hpp"
#include "support/base64.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {

json::object parse_object(const std::string& answer, std::string_view what) {
  json::error_code error;
  json::value value = json::parse(answer, error);
  if (error || !value.is_object()) {
    throw Error(ErrorKind::corrupt, format("the engine's description of {} cannot be read", what));
  }
  return std::move(value.get_object());
}

json::object object_of(const Labels& labels) {
  json::object object;
  for (const auto& [name, text] : labels)
    object[name] = text;
  return object;
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::array array_of(const std::vector<Mount>& mounts) {
  json::array array;
  for (const Mount& mount : mounts)
    array.push_back({{"Type", mount.kind == Mount::Kind::bind ? "bind" : "volume"},
                     {"Source", mount.source},
                     {"Target", mount.target}});
  return array;
}

json::object object_of(const ContainerSpec& spec) {
  json::object host{{"Mounts", array_of(spec.mounts)}, {"Privileged", spec.privileged}};
  if (!spec.network.empty()) host["NetworkMode"] = spec.network;
  return {{"Image", spec.image},
          {"Entrypoint", array_of(spec.entrypoint)},
          {"Cmd", json::array()},
          {"Env", array_of(spec.environment)},
          {"Labels", object_of(spec.labels)},
          {"HostConfig", std::move(host)}};
}

std::string path_to(std::string_view collection, std::string_view name) {
  return format("/{}/{}", collection, http::percent_encode(name));
}

http::Request with_json(http::Request request, const json::object& body) {
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = json::serialize(body);
  return request;
}

[[noreturn]] void refuse(const std::string& operation, const http::Response& response) {
  throw refusal(operation, daemon_text(response.head.status, response.body));
}

std::string_view hex_of(std::string_view id) {
  constexpr std::string_view algorithm = "sha256:";
  return id.starts_with(algorithm) ? id.substr(algorithm.size()) : id;
}

} // namespace

bool is_same_id(std::string_view left, std::string_view right) {
  return hex_of(left) == hex_of(right);
}

std::optional<ContainerDetails> Engine::inspect_container(std::string_view container,
                                                          const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path = path_to("containers", container) + "/json";
  const http::Response response = impl_->ask(impl_->request("GET", path), cancel);
  if (response.head.status == 404) return std::nullopt;
  const std::string what = format("the container {}", container);
  if (response.head.status != 200) refuse("describe " + what, response);
  const json::value answer = parse_object(response.body, what);
  ContainerDetails details{.id = text_at(answer, "/Id"),
                           .status = text_at(answer, "/State/Status"),
                           .labels = text_map_at(answer, "/Config/Labels"),
                           .image_id = text_at(answer, "/Image"),
                           .image = text_at(answer, "/Config/Image"),
                           .runtime = text_at(answer, "/HostConfig/Runtime")};
  details.running = details.status == "running";
  json::error_code error;
  const json::value* code = answer.find_pointer("/State/ExitCode", error);
  if (code != nullptr && code->is_int64()) details.exit_code = static_cast<int>(code->get_int64());
  return details;
}

namespace {

ListedContainer listed(const json::value& container) {
  const std::string state = text_at(container, "/State");
  std::string name = text_at(container, "/Names/0");
  if (name.starts_with('/')) name.erase(0, 1);
  return {.id = text_at(container, "/Id"),
          .name = std::move(name),
          .image_id = text_at(container, "/ImageID"),
          .running = state == "running" || state == "paused" || state == "restarting",
          .labels = text_map_at(container, "/Labels")};
}

std::vector<ListedContainer> listed_containers(const std::string& answer) {
  json::error_code error;
  const json::value list = json::parse(answer, error);
  if (error || !list.is_array()) {
    throw Error(ErrorKind::corrupt, "the engine's list of containers cannot be read");
  }
  std::vector<ListedContainer> containers;
  for (const json::value& one : list.get_array()) {
    ListedContainer container = listed(one);
    if (!container.id.empty()) containers.push_back(std::move(container));
  }
  return containers;
}

// os.FileMode of Go, as what chmod(1) takes.
std::uint32_t permissions_of(std::uint64_t go_mode) {
  constexpr std::uint64_t setuid = 1U << 23U;
  constexpr std::uint64_t setgid = 1U << 22U;
  constexpr std::uint64_t sticky = 1U << 20U;
  auto permissions = static_cast<std::uint32_t>(go_mode & 0777U);
  if ((go_mode & setuid) != 0) permissions |= 04000U;
  if ((go_mode & setgid) != 0) permissions |= 02000U;
  if ((go_mode & sticky) != 0) permissions |= 01000U;
  return permissions;
}

} // namespace

std::vector<ListedContainer> Engine::containers_with_label(std::string_view label,
                                                           std::string_view value,
                                                           const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string filters =
      json::serialize(json::object{{"label", json::array{format("{}={}", label, value)}}});
  std::vector<ListedContainer> containers = listed_containers(impl_->get_list(
      format("/containers/json?all=1&filters={}", http::percent_encode(filters)), cancel));
  // Engines filter; what one lets through all the same is none of ours.
  std::erase_if(containers, [&](const ListedContainer& container) {
    const auto found = container.labels.find(std::string(label));
    return found == container.labels.end() || found->second != value;
  });
  return containers;
}

std::vector<ListedContainer> Engine::containers(const CancelToken& cancel) {
  (void)facts(cancel);
  return listed_containers(impl_->get_list("/containers/json?all=1", cancel));
}

bool Engine::create_container(std::string_view name, const ContainerSpec& spec,
                              const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path = format("/containers/create?name={}", http::percent_encode(name));
  // Without a time limit: an empty volume is filled from the image now.
  const http::Response response =
      http::fetch(*impl_->client, with_json(impl_->request("POST", path), object_of(spec)), cancel);
  if (response.head.status == 409) return false;
  if (response.head.status != 201) refuse(format("create the container {}", name), response);
  return true;
}

bool Engine::start_container(std::string_view container, const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path = path_to("containers", container) + "/start";
  const http::Response response = impl_->ask(impl_->request("POST", path), cancel);
  // A program that the image does not have is not found, either.
  if (response.head.status == 404 && response.body.contains("o such container")) return false;
  if (response.head.status != 204 && response.head.status != 304)
    refuse(format("start the container {}", container), response);
  return true;
}

std::optional<std::string> Engine::container_archive(std::string_view container,
                                                     std::string_view path,
                                                     const CancelToken& cancel) {
  (void)facts(cancel);
  http::Response response = impl_->ask(
      impl_->request("GET", format("{}/archive?path={}", path_to("containers", container),
                                   http::percent_encode(path))),
      cancel);
  if (response.head.status == 404) return std::nullopt;
  if (response.head.status != 200) refuse(format("read {} of {}", path, container), response);
  return std::move(response.body);
}

std::optional<PathStat> Engine::stat_in_container(std::string_view container, std::string_view path,
                                                  const CancelToken& cancel) {
  (void)facts(cancel);
  const http::Response response = impl_->ask(
      impl_->request("HEAD", format("{}/archive?path={}", path_to("containers", container),
                                    http::percent_encode(path))),
      cancel);
  if (response.head.status == 404) return std::nullopt;
  const std::string what = format("{} in {}", path, container);
  if (response.head.status != 200) refuse("describe " + what, response);
  const auto described =
      decode_base64(response.head.header("X-Docker-Container-Path-Stat").value_or(""));
  const json::value answer = parse_object(described.value_or(""), what);
  const json::value* mode = answer.get_object().if_contains("mode");
  if (mode == nullptr || !mode->is_number())
    throw Error(ErrorKind::corrupt, format("the engine's description of {} has no mode", what));
  return PathStat{.permissions = permissions_of(mode->to_number<std::uint64_t>()),
                  .link_target = text_at(answer, "/linkTarget")};
}

bool Engine::remove_container(std::string_view container, const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path = path_to("containers", container) + "?force=1";
  const http::Response response = impl_->ask(impl_->request("DELETE", path), cancel);
  if (response.head.status == 404 || response.head.status == 409) return false;
  if (response.head.status != 204 && response.head.status != 200)
    refuse(format("remove the container {}", container), response);
  return true;
}

std::optional<VolumeDetails> Engine::inspect_volume(std::string_view name,
                                                    const CancelToken& cancel) {
  (void)facts(cancel);
  const http::Response response =
      impl_->ask(impl_->request("GET", path_to("volumes", name)), cancel);
  if (response.head.status == 404) return std::nullopt;
  const std::string what = format("the volume {}", name);
  if (response.head.status != 200) refuse("describe " + what, response);
  const json::value answer = parse_object(response.body, what);
  return VolumeDetails{.name = text_at(answer, "/Name"), .labels = text_map_at(answer, "/Labels")};
}

std::vector<VolumeDetails> Engine::volumes_with_label(std::string_view label,
                                                      const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string filters = json::serialize(json::object{{"label", json::array{label}}});
  const json::value answer = parse_object(
      impl_->get_list(format("/volumes?filters={}", http::percent_encode(filters)), cancel),
      "the list of volumes");
  const json::value* list = answer.as_object().if_contains("Volumes");
  std::vector<VolumeDetails> volumes;
  if (list == nullptr || !list->is_array()) return volumes; // none is null
  for (const json::value& volume : list->get_array()) {
    VolumeDetails details{.name = text_at(volume, "/Name"),
                          .labels = text_map_at(volume, "/Labels")};
    // Engines filter; what one lets through all the same is none of ours.
    if (details.labels.contains(std::string(label))) volumes.push_back(std::move(details));
  }
  return volumes;
}

void Engine::create_volume(std::string_view name, const Labels& labels, const CancelToken& cancel) {
  (void)facts(cancel);
  const json::object body{{"Name", name}, {"Labels", object_of(labels)}};
  const http::Response response =
      impl_->ask(with_json(impl_->request("POST", "/volumes/create"), body), cancel);
  if (response.head.status != 201 && response.head.status != 200)
    refuse(format("create the volume {}", name), response);
}

bool Engine::remove_volume(std::string_view name, const CancelToken& cancel) {
  (void)facts(cancel);
  // A store may have very many files.
  const http::Response response =
      http::fetch(*impl_->client, impl_->request("DELETE", path_to("volumes", name)), cancel);
  if (response.head.status == 404) return false;
  if (response.head.status != 204) refuse(format("remove the volume {}", name), response);
  return true;
}

} // namespace nixbuild::engine
