#include "plugin/service_requests.hpp"

#include "pipeline/build_messages.hpp"
#include "plugin/build_request.hpp"
#include "plugin/relative_paths.hpp"
#include "plugin/service_options.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

void choose_context(pipeline::BuildRequest& request, const std::string& context) {
  context::GlobalFlags& docker = request.docker;
  if (docker.context || !docker.hosts.empty()) return;
  docker.context = context;
  docker.as_typed.insert(docker.as_typed.end(), {"--context", context});
}

// The names that the service's container asks for come first.
void name_after(pipeline::BuildRequest& request, const compose::NixService& service) {
  if (service.image.empty()) return;
  auto image = oci::Reference::parse(service.image);
  if (!image || image->digest())
    throw Error(ErrorKind::invalid_input,
                format("image \"{}\" is no name that an image can be given: {}", service.image,
                       image ? "it holds a digest" : image.error()));
  if (std::ranges::find(request.tags, *image) == request.tags.end())
    request.tags.insert(request.tags.begin(), *std::move(image));
}

// What two services share that want the same image, whatever it is called.
std::string identity(pipeline::BuildRequest request) {
  request.tags.clear();
  return format("{}\n{}", pipeline::to_message(request), request.docker.context.value_or(""));
}

// Who wants the image of a name.
class Names {
public:
  void add(const std::string& service, const pipeline::BuildRequest& request) {
    const std::string wanted = identity(request);
    for (const oci::Reference& tag : request.tags) {
      const std::string engine = request.docker.context.value_or("");
      const auto [entry, is_new] = owners_.try_emplace({engine, tag.str()}, service, wanted);
      const auto& [owner, other] = entry->second;
      if (is_new || other == wanted) continue;
      throw Error(ErrorKind::invalid_input,
                  format("the services {} and {} build different images of the name {}", owner,
                         service, tag.familiar()))
          .with_hint("give each its own name by `image:`, or by the option \"tag\"");
    }
  }

private:
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> owners_;
};

void merge_tags(pipeline::BuildRequest& into, const pipeline::BuildRequest& other) {
  for (const oci::Reference& tag : other.tags)
    if (std::ranges::find(into.tags, tag) == into.tags.end()) into.tags.push_back(tag);
}

} // namespace

pipeline::BuildRequest service_request(const compose::NixService& service, const fs::path& folder,
                                       const context::GlobalFlags& docker,
                                       const Environment& environment) {
  return with_frame(format("reading the options of the service {}", service.name), [&] {
    ParsedOptions options =
        parse_listed_options(service_options(), boost::json::parse(service.options).as_object());
    add_from_environment(options, service_options(), environment);
    auto request = parse_build_request(options, docker, environment);
    if (const auto context = options.value("context")) choose_context(request, *context);
    start_paths_at(folder, request);
    name_after(request, service);
    return request;
  });
}

std::vector<pipeline::NamedRequest>
service_requests(const std::vector<compose::NixService>& services, const fs::path& folder,
                 const context::GlobalFlags& docker, const Environment& environment) {
  std::vector<pipeline::NamedRequest> requests;
  Names names;
  for (const compose::NixService& service : services) {
    auto request = service_request(service, folder, docker, environment);
    names.add(service.name, request);
    const std::string wanted = identity(request);
    // One without a name of ours keeps its own, so it cannot share.
    const auto same = std::ranges::find_if(requests, [&](const pipeline::NamedRequest& one) {
      return one.request.tags.empty() == request.tags.empty() && identity(one.request) == wanted;
    });
    if (same == requests.end()) {
      requests.push_back({.name = service.name, .request = std::move(request)});
    } else {
      merge_tags(same->request, request);
    }
  }
  return requests;
}

} // namespace nixbuild::plugin
