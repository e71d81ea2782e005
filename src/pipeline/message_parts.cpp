#include "pipeline/message_parts.hpp"

#include <boost/json.hpp>

namespace nixbuild::pipeline {

namespace json = boost::json;

namespace {

engine::ImageStore image_store(const json::value& value) {
  const int number = value.to_number<int>();
  if (number < 0 || number > static_cast<int>(engine::ImageStore::containers_storage)) {
    throw std::runtime_error("unknown image store");
  }
  return static_cast<engine::ImageStore>(number);
}

} // namespace

json::object object_in(std::string_view message) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  return json::parse(message, {}, options).as_object();
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::array array_of(const std::vector<oci::Reference>& references) {
  json::array array;
  for (const oci::Reference& reference : references)
    array.emplace_back(reference.str());
  return array;
}

json::array array_of(const std::vector<oci::Platform>& platforms) {
  json::array array;
  for (const oci::Platform& platform : platforms)
    array.emplace_back(platform.str());
  return array;
}

json::object object_of(const engine::Facts& facts) {
  return {{"product", facts.product},
          {"version", facts.version},
          {"api", facts.api.str()},
          {"platform", facts.platform.str()},
          {"store", static_cast<int>(facts.store)},
          {"driver", facts.driver},
          {"id", facts.id},
          {"hostName", facts.host_name},
          {"operatingSystem", facts.operating_system},
          {"kernel", facts.kernel}};
}

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

std::optional<std::string> optional_text(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return text(value);
}

std::vector<std::string> texts(const json::value& value) {
  std::vector<std::string> list;
  for (const json::value& item : value.as_array())
    list.push_back(text(item));
  return list;
}

std::vector<oci::Reference> references(const json::value& value) {
  std::vector<oci::Reference> list;
  for (const json::value& item : value.as_array())
    list.push_back(checked(oci::Reference::parse(text(item))));
  return list;
}

std::vector<oci::Platform> platforms(const json::value& value) {
  std::vector<oci::Platform> list;
  for (const json::value& item : value.as_array())
    list.push_back(checked(oci::Platform::parse(text(item))));
  return list;
}

engine::Facts engine_facts(const json::object& object) {
  const auto api = engine::ApiVersion::parse(text(object.at("api")));
  if (!api) throw std::runtime_error("no API version");
  return {.product = text(object.at("product")),
          .version = text(object.at("version")),
          .api = *api,
          .platform = checked(oci::Platform::parse(text(object.at("platform")))),
          .store = image_store(object.at("store")),
          .driver = text(object.at("driver")),
          .id = text(object.at("id")),
          .host_name = text(object.at("hostName")),
          .operating_system = text(object.at("operatingSystem")),
          .kernel = text(object.at("kernel"))};
}

} // namespace nixbuild::pipeline
