#include "engine/engine.hpp"

#include "engine/answer_fields.hpp"
#include "engine/content_list.hpp"
#include "engine/engine_impl.hpp"
#include "engine/facts.hpp"
#include "engine/load_answer.hpp"
#include "engine/refusal.hpp"
#include "http/grpc.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <utility>

namespace nixbuild::engine {

namespace json = boost::json;

namespace {
// The name that docker's own client uses for engines behind a socket or a pipe.
constexpr const char* host_header = "api.moby.localhost";

// The list of blobs takes milliseconds, and there are other ways.
constexpr std::chrono::seconds list_limit{10};

// What the user may not set: docker does not let them either.
constexpr std::array own_headers{"User-Agent", "Content-Type", "Content-Length",
                                 "Host",       "Connection",   "Upgrade"};

http::Headers headers_for_all(const http::Headers& wanted) {
  http::Headers headers{{"User-Agent", "docker-nixbuild/" NIXBUILD_VERSION}};
  for (const auto& header : wanted) {
    const bool ours = std::ranges::any_of(
        own_headers, [&](const char* own) { return http::same_header(own, header.first); });
    if (!ours) headers.push_back(header);
  }
  return headers;
}
} // namespace

Engine::Engine(std::shared_ptr<http::Connector> connector, ConnectionOptions options)
    : impl_(std::make_unique<Impl>(Impl{.client = http::socket_client(connector, host_header),
                                        .connector = std::move(connector),
                                        .options = std::move(options),
                                        .facts = {}})) {
  impl_->options.headers = headers_for_all(impl_->options.headers);
}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Engine Engine::another_connection(std::optional<std::chrono::milliseconds> answer_limit) const {
  ConnectionOptions same = impl_->options;
  if (answer_limit) same.answer_limit = *answer_limit;
  Engine other(impl_->connector, std::move(same));
  other.impl_->facts = impl_->facts;
  return other;
}

const Facts& Engine::facts(const CancelToken& cancel) {
  if (impl_->facts) return *impl_->facts;
  // Either answer takes dockerd its time: it runs other programs for it.
  std::future<std::string> info;
  if (impl_->connector->connects_at_once()) {
    info = std::async(std::launch::async, [other = another_connection(), &cancel] {
      return other.impl_->get("/info", cancel);
    });
  }
  const std::string version = impl_->get("/version", cancel);
  return impl_->facts.emplace(read_facts(version,
                                         info.valid() ? info.get() : impl_->get("/info", cancel),
                                         impl_->options.api_ceiling));
}

namespace {

// Of the Manifests of an image's description: not an attestation, and without gaps.
bool is_whole_image(const json::value& manifest) {
  const json::object* object = manifest.if_object();
  const json::value* available = object != nullptr ? object->if_contains("Available") : nullptr;
  const json::value* kind = object != nullptr ? object->if_contains("Kind") : nullptr;
  return available != nullptr && available->is_bool() && available->get_bool() && kind != nullptr &&
         *kind == "image";
}

ImageDetails read_details(const std::string& answer) {
  json::error_code error;
  const json::value value = json::parse(answer, error);
  const json::object* image = error ? nullptr : value.if_object();
  const json::value* id = image != nullptr ? image->if_contains("Id") : nullptr;
  if (id == nullptr || !id->is_string()) {
    throw Error(ErrorKind::corrupt, "the engine's description of an image cannot be read");
  }
  ImageDetails details{.id = std::string(std::string_view(id->get_string()))};
  details.repo_tags = texts_at(value, "/RepoTags");
  for (const std::string& layer : texts_at(value, "/RootFS/Layers"))
    if (const auto digest = oci::Digest::parse(layer)) details.diff_ids.push_back(*digest);
  details.annotations = text_map_at(value, "/Descriptor/annotations");
  details.labels = text_map_at(value, "/Config/Labels");
  details.entrypoint = texts_at(value, "/Config/Entrypoint");
  details.cmd = texts_at(value, "/Config/Cmd");
  details.env = texts_at(value, "/Config/Env");
  details.stop_signal = text_at(value, "/Config/StopSignal");
  details.user = text_at(value, "/Config/User");
  details.architecture = text_at(value, "/Architecture");
  if (const json::value* manifests = image->if_contains("Manifests");
      manifests != nullptr && manifests->is_array()) {
    details.available = std::ranges::any_of(manifests->get_array(), is_whole_image);
  }
  return details;
}

} // namespace

std::optional<ImageDetails> Engine::inspect_image(std::string_view reference,
                                                  const CancelToken& cancel) {
  const Facts& engine = facts(cancel);
  const bool knows_manifests =
      engine.store == ImageStore::containerd && engine.api >= ApiVersion{1, 48};
  const std::string path =
      format("/images/{}/json{}", reference, knows_manifests ? "?manifests=1" : "");
  const http::Response response = impl_->ask(impl_->request("GET", path), cancel);
  if (response.head.status == 404) return std::nullopt;
  if (response.head.status != 200) {
    throw refusal(format("describe the image {}", reference),
                  daemon_text(response.head.status, response.body));
  }
  return read_details(response.body);
}

std::vector<std::string> Engine::load_images(const Load& load, const CancelToken& cancel) {
  const Facts& engine = facts(cancel);
  std::string path = "/images/load?quiet=0";
  if (load.platform && engine.checks_loads()) {
    json::object platform{{"os", load.platform->os}, {"architecture", load.platform->architecture}};
    if (!load.platform->variant.empty()) platform["variant"] = load.platform->variant;
    path += "&platform=" + http::percent_encode(json::serialize(platform));
  }
  http::Request request = impl_->request("POST", path);
  request.headers.emplace_back("Content-Type", "application/x-tar");
  request.stream = load.write;
  request.stream_size = load.size;

  return exchange_images(*impl_->client, request, "load the image", load.on_layer, cancel).lines;
}

void Engine::pull_image(const oci::Reference& image, const LayerProgress& on_layer,
                        const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path =
      format("/images/create?fromImage={}&tag={}", http::percent_encode(image.repository()),
             http::percent_encode(image.digest() ? image.digest()->str() : image.tag()));
  (void)exchange_images(*impl_->client, impl_->request("POST", path),
                        format("pull the image {}", image.familiar()), on_layer, cancel);
}

std::optional<oci::Digest> Engine::push_image(const oci::Reference& name,
                                              const std::string& credentials,
                                              const LayerProgress& on_layer,
                                              const CancelToken& cancel) {
  (void)facts(cancel);
  http::Request request = impl_->request("POST", format("/images/{}/push?tag={}", name.repository(),
                                                        http::percent_encode(name.tag())));
  request.headers.emplace_back("X-Registry-Auth", credentials);
  const Said said = exchange_images(*impl_->client, request,
                                    format("push the image {}", name.familiar()), on_layer, cancel);
  auto digest = oci::Digest::parse(said.pushed_digest);
  if (!digest) return std::nullopt;
  return *std::move(digest);
}

std::optional<std::set<oci::Digest>> Engine::present_blobs(const std::vector<oci::Digest>& blobs,
                                                           const CancelToken& cancel) {
  if (facts(cancel).store != ImageStore::containerd) return std::nullopt;
  try {
    http::Connection connection = impl_->connector->connect(cancel);
    http::StreamSocket socket(std::move(connection.socket));
    socket.give_up_at(http::StreamSocket::Clock::now() + list_limit);
    http::upgrade_to_h2c(socket, impl_->options.base_path + "/grpc", host_header,
                         impl_->options.headers, cancel);
    return parse_content_list(
        http::grpc_call(socket, content_list_method, content_list_request(blobs), cancel));
  } catch (const Error& error) {
    // An accident of BuildKit's that engines need not offer (moby issue 51698).
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

namespace {

json::value parse_image_list(const std::string& answer) {
  json::error_code error;
  json::value list = json::parse(answer, error);
  if (error || !list.is_array()) {
    throw Error(ErrorKind::corrupt, "the engine's list of images cannot be read");
  }
  return list;
}

std::vector<json::object> objects_of(const json::value& list) {
  std::vector<json::object> objects;
  for (const json::value& element : list.get_array()) {
    if (element.is_object()) objects.push_back(element.get_object());
  }
  return objects;
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

// Engines filter; what one lets through all the same may have a name. Older engines call an image
// without one "<none>:<none>".
bool has_name(const json::object& image) {
  const std::vector<std::string> names = texts_at(json::value(image), "/RepoTags");
  return std::ranges::any_of(names,
                             [](const std::string& name) { return name != "<none>:<none>"; });
}

std::uint64_t size_of(const json::object& image) {
  const json::value* size = image.if_contains("Size");
  if (size == nullptr || !size->is_int64()) return 0;
  return static_cast<std::uint64_t>(std::max(size->get_int64(), std::int64_t{0}));
}

} // namespace

std::vector<LabelledImage> Engine::images_with_label(std::string_view label,
                                                     const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string filters = json::serialize(json::object{{"label", json::array{label}}});
  std::vector<LabelledImage> images;
  const json::value answer = parse_image_list(
      impl_->get_list(format("/images/json?filters={}", http::percent_encode(filters)), cancel));
  for (const json::object& image : objects_of(answer)) {
    const json::value* labels = image.if_contains("Labels");
    const json::object* by_name = labels != nullptr ? labels->if_object() : nullptr;
    // Engines filter; what one lets through all the same is none of ours.
    if (by_name == nullptr || !by_name->contains(label)) continue;
    images.push_back({.id = text_member(image, "Id"),
                      .value = text_member(*by_name, label),
                      .named = has_name(image),
                      .size = size_of(image)});
  }
  return images;
}

std::vector<NamelessImage> Engine::nameless_images(const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string filters =
      json::serialize(json::object{{"dangling", json::array{std::string_view("true")}}});
  std::vector<NamelessImage> images;
  const json::value answer = parse_image_list(
      impl_->get_list(format("/images/json?filters={}", http::percent_encode(filters)), cancel));
  for (const json::object& image : objects_of(answer)) {
    NamelessImage nameless{.id = text_member(image, "Id"), .size = size_of(image)};
    if (!nameless.id.empty() && !has_name(image)) images.push_back(std::move(nameless));
  }
  return images;
}

std::vector<std::string> Engine::image_ids(const CancelToken& cancel) {
  (void)facts(cancel);
  std::vector<std::string> ids;
  const json::value answer = parse_image_list(impl_->get_list("/images/json", cancel));
  for (const json::object& image : objects_of(answer)) {
    if (std::string id = text_member(image, "Id"); !id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

void Engine::tag_image(std::string_view id, const oci::Reference& name, const CancelToken& cancel) {
  if (name.tag().empty()) {
    throw Error(ErrorKind::invalid_input,
                format("{} has no tag, so an image cannot be given that name", name.familiar()));
  }
  (void)facts(cancel);
  const std::string path =
      format("/images/{}/tag?repo={}&tag={}", id, http::percent_encode(name.repository()),
             http::percent_encode(name.tag()));
  const http::Response response = impl_->ask(impl_->request("POST", path), cancel);
  if (response.head.status == 201) return;
  const std::string operation = format("give the image the name {}", name.familiar());
  std::string text = daemon_text(response.head.status, response.body);
  if (response.head.status == 404) {
    throw Error(ErrorKind::not_found, format("the engine could not {}", operation))
        .with_detail(std::move(text));
  }
  throw refusal(operation, std::move(text));
}

bool Engine::remove_image(std::string_view id, const CancelToken& cancel) {
  (void)facts(cancel);
  const std::string path = format("/images/{}?noprune=1", id);
  const http::Response response = impl_->ask(impl_->request("DELETE", path), cancel);
  if (response.head.status == 404 || response.head.status == 409) return false;
  if (response.head.status != 200) {
    throw refusal(format("remove the image {}", id),
                  daemon_text(response.head.status, response.body));
  }
  return true;
}

} // namespace nixbuild::engine
