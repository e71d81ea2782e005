#include "devcontainer/check.hpp"

#include "devcontainer/checks.hpp"

#include <boost/json.hpp>

#include <utility>

namespace nixbuild::devcontainer {

namespace json = boost::json;

Checked::Checked(const Seen& all)
    : seen(all)
    , configuration(*all.configuration.content)
    , merged(all)
    , service(all.compose ? all.compose->find(all.configuration.service) : nullptr) {}

bool Checked::is_compose() const {
  return seen.configuration.is_compose();
}

bool Checked::image_boots() const {
  return seen.image && boots(*seen.image);
}

bool Checked::is_podman() const {
  return seen.engine && seen.engine->product == "Podman Engine";
}

bool Checked::has_features() const {
  const json::value* features = configuration.if_contains("features");
  return features != nullptr && features->is_object() && !features->get_object().empty();
}

std::string Checked::service_text(std::string_view key) const {
  return service == nullptr ? std::string() : text_of(*service->content, key);
}

void Findings::add(std::string_view id, Weight weight, std::string seen, std::string remedy) {
  auto& list = weight == Weight::problem ? problems_ : warnings_;
  list.push_back(
      {.id = id, .weight = weight, .seen = std::move(seen), .remedy = std::move(remedy)});
}

std::vector<Finding> Findings::sorted() && {
  problems_.insert(problems_.end(), warnings_.begin(), warnings_.end());
  return std::move(problems_);
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

std::vector<Finding> check(const Seen& seen) {
  const Checked at(seen);
  Findings findings;
  check_configuration(at, findings);
  check_name(at, findings);
  check_mounts(at, findings);
  check_engine(at, findings);
  check_image(at, findings);
  check_user(at, findings);
  check_compose(at, findings);
  check_untagged(at, findings);
  check_nix_files(at, findings);
  check_surroundings(at, findings);
  return std::move(findings).sorted();
}

bool boots(const engine::ImageDetails& image) {
  const std::vector<std::string>& words = image.entrypoint.empty() ? image.cmd : image.entrypoint;
  if (words.empty()) return false;
  const std::string program = words.front().substr(words.front().rfind('/') + 1);
  return program == "init" || program == "systemd";
}

} // namespace nixbuild::devcontainer
