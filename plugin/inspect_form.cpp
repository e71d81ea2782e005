#include "nix/store_path.hpp"
#include "plugin/image_store_name.hpp"
#include "plugin/indented_json.hpp"
#include "plugin/inspect_command.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string_view>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

using pipeline::InspectedImage;
using pipeline::InspectedLayer;
using pipeline::Inspection;

constexpr std::size_t short_id = 12; // digits, as docker shows them

std::uint64_t size_of(const InspectedImage& image) {
  std::uint64_t size = 0;
  for (const InspectedLayer& layer : image.layers)
    size += layer.size;
  return size;
}

std::string listed(const std::vector<oci::Reference>& names) {
  std::string list;
  for (const oci::Reference& name : names)
    list += (list.empty() ? "" : ", ") + name.familiar();
  return list.empty() ? "none" : list;
}

std::string load_told(const InspectedImage& image, const Inspection& inspection) {
  if (!inspection.engine)
    return format("not known, the engine does not answer: {}",
                  inspection.engine_error ? inspection.engine_error->message() : "");
  if (image.has_image) return "nothing, the engine has the image";
  const auto lacking = std::ranges::count_if(image.layers, &InspectedLayer::lacking);
  return format("{}, the engine lacks {} of {} layers", format_bytes(image.load_bytes), lacking,
                image.layers.size());
}

std::string content_told(const InspectedLayer& layer) {
  if (layer.origins.empty()) return "-";
  const std::string first = nix::readable_name(layer.origins.front());
  const std::size_t others = layer.origins.size() - 1;
  return others == 0 ? first : format("{} and {} more", first, others);
}

std::string image_text(const InspectedImage& image, const Inspection& inspection, bool verbose) {
  std::string text;
  const auto line = [&text](std::string_view name, std::string_view value) {
    text += format("{:<11}{}\n", format("{}:", name), value);
  };
  line("Name", listed(image.names));
  line("Image ID", image.id);
  line("Platform", image.platform.str());
  line("Size", format("{} in {} layers", format_bytes(size_of(image)), image.layers.size()));
  line("To load", load_told(image, inspection));
  text += format("\n{:<15}{:<10}{:<11}{}\n", "LAYER", "SIZE", "IN ENGINE", "CONTENT");
  for (const InspectedLayer& layer : image.layers) {
    const std::string_view present = !inspection.engine ? "?" : layer.lacking ? "no" : "yes";
    text += format("{:<15}{:<10}{:<11}{}\n", layer.diff_id.hex().substr(0, short_id),
                   format_bytes(layer.size), present, content_told(layer));
    if (!verbose) continue;
    for (const std::string& origin : layer.origins)
      text += format("{:<15}{}\n", "", origin);
  }
  return text;
}

json::array strings(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts)
    list.emplace_back(text);
  return list;
}

json::object layer_object(const InspectedLayer& layer, bool asked) {
  return {{"diffId", layer.diff_id.str()},
          {"digest", layer.digest.str()},
          {"size", layer.size},
          {"inEngine", asked ? json::value(!layer.lacking) : json::value(nullptr)},
          {"origins", strings(layer.origins)}};
}

json::object image_object(const InspectedImage& image, bool asked) {
  json::array names;
  for (const oci::Reference& name : image.names)
    names.emplace_back(name.familiar());
  json::array layers;
  for (const InspectedLayer& layer : image.layers)
    layers.push_back(layer_object(layer, asked));
  return {{"names", std::move(names)},
          {"id", image.id},
          {"configDigest", image.config_digest.str()},
          {"manifestDigest", image.manifest_digest.str()},
          {"platform", image.platform.str()},
          {"size", size_of(image)},
          {"inEngine", asked ? json::value(image.has_image) : json::value(nullptr)},
          {"loadBytes", asked ? json::value(image.load_bytes) : json::value(nullptr)},
          {"layers", std::move(layers)}};
}

} // namespace

std::string inspection_text(const Inspection& inspection, bool verbose) {
  std::string text;
  for (const InspectedImage& image : inspection.images)
    text += (text.empty() ? "" : "\n") + image_text(image, inspection, verbose);
  return text;
}

std::string inspection_json(const Inspection& inspection) {
  json::object object;
  object["engine"] = nullptr;
  if (const auto& engine = inspection.engine)
    object["engine"] = {{"product", engine->product},
                        {"version", engine->version},
                        {"imageStore", image_store_name(engine->store)},
                        {"platform", engine->platform.str()}};
  if (inspection.engine_error) object["engineError"] = inspection.engine_error->message();
  json::array images;
  for (const InspectedImage& image : inspection.images)
    images.push_back(image_object(image, inspection.engine.has_value()));
  object["images"] = std::move(images);
  return indented_json(object);
}

} // namespace nixbuild::plugin
