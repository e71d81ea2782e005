#include "plugin/output_option.hpp"

#include "nix/nearest.hpp"
#include "oci/reference.hpp"
#include "plugin/comma_list.hpp"
#include "plugin/parse_bool.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace nixbuild::plugin {

namespace {

using Names = std::vector<std::string>;

enum class Type { docker, oci, tar, local, image, registry };

struct TypeName {
  std::string_view name;
  Type type;
  Names keys;
};

const std::vector<TypeName>& types() {
  static const std::vector<TypeName> all{
      {"docker",
       Type::docker,
       {"dest", "tar", "context", "name", "compression", "force-compression"}},
      {"image",
       Type::image,
       {"name", "push", "push-by-digest", "registry.insecure", "compression", "force-compression"}},
      {"local", Type::local, {"dest"}},
      {"oci", Type::oci, {"dest", "tar", "name", "compression", "force-compression"}},
      {"registry",
       Type::registry,
       {"name", "push", "push-by-digest", "registry.insecure", "compression", "force-compression"}},
      {"tar", Type::tar, {"dest"}},
  };
  return all;
}

// The last one of equal keys counts.
struct Attributes {
  std::string text; // the whole value, for messages
  std::map<std::string, std::string> values;

  [[nodiscard]] std::optional<std::string> get(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] bool is_on(const std::string& key, bool otherwise) const;
};

[[noreturn]] void refuse(const std::string& text, std::string_view reason, std::string hint = {}) {
  throw Error(ErrorKind::invalid_input, format("invalid output \"{}\": {}", text, reason))
      .with_hint(std::move(hint));
}

bool Attributes::is_on(const std::string& key, bool otherwise) const {
  const auto value = get(key);
  if (!value) return otherwise;
  const auto on = parse_bool(*value);
  if (!on) refuse(text, format("{}={} is neither true nor false", key, *value));
  return *on;
}

std::string known_names(std::string_view wanted, const Names& names) {
  const auto near = nix::nearest_names(wanted, names);
  if (!near.empty()) return format("Did you mean {}?", fmt::join(near, ", "));
  return format("There are {}.", fmt::join(names, ", "));
}

const TypeName& type_named(const std::string& name, const std::string& text) {
  const auto found = std::ranges::find(types(), name, &TypeName::name);
  if (found != types().end()) return *found;
  Names names;
  for (const TypeName& type : types())
    names.emplace_back(type.name);
  refuse(text, format("there is no type {}", name), known_names(name, names));
}

// "annotation.KEY" and "annotation-manifest.KEY" are about each manifest, "annotation-index.KEY"
// about the index. Whether `key` is one of these.
bool take_annotation(OutputOption& option, std::string_view key, const std::string& value) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos || dot + 1 == key.size()) return false;
  const std::string_view kind = key.substr(0, dot);
  const std::string name(key.substr(dot + 1));
  if (kind == "annotation" || kind == "annotation-manifest")
    option.manifest_annotations[name] = value;
  else if (kind == "annotation-index")
    option.index_annotations[name] = value;
  else
    return false;
  return true;
}

bool is_of_an_image(Type type) {
  return type != Type::tar && type != Type::local;
}

Names names_of(const Attributes& attributes) {
  const auto text = attributes.get("name");
  if (!text) return {};
  Names names = split_at_commas(*text);
  for (const std::string& name : names) {
    const auto reference = oci::Reference::parse(name);
    if (!reference)
      refuse(attributes.text, format("invalid name \"{}\": {}", name, reference.error()));
    if (reference->digest())
      refuse(attributes.text, format("invalid name \"{}\": a name cannot hold a digest", name));
  }
  return names;
}

archive::Compression compression_of(const Attributes& attributes, archive::Compression otherwise) {
  const auto text = attributes.get("compression");
  return text ? with_frame(format("reading the output \"{}\"", attributes.text),
                           [&] { return parse_compression(*text); })
              : otherwise;
}

pipeline::PushOutput push_output(const Attributes& attributes) {
  return {.compression = compression_of(attributes, archive::Compression::gzip),
          .force_compression = attributes.is_on("force-compression", false),
          .by_digest = attributes.is_on("push-by-digest", false),
          .insecure = attributes.is_on("registry.insecure", false),
          .authorities = {},
          .names = names_of(attributes)};
}

pipeline::FileOutput file_output(Type type, const Attributes& attributes) {
  pipeline::FileOutput output{.destination = attributes.get("dest").value_or(""),
                              .compression = compression_of(attributes, archive::Compression::none),
                              .force_compression = attributes.is_on("force-compression", false),
                              .names = names_of(attributes)};
  if (type == Type::docker) output.format = sink::FileFormat::docker;
  if (type == Type::tar || type == Type::local) output.format = sink::FileFormat::tar;
  if (output.destination == "-") output.destination.clear();
  output.folder = type == Type::local || !attributes.is_on("tar", true);
  if (output.folder && output.destination.empty())
    refuse(attributes.text, "a folder needs dest=FOLDER");
  return output;
}

OutputOption option_of(Type type, const Attributes& attributes) {
  OutputOption option;
  option.has_compression = attributes.get("compression").has_value();
  for (const char* key :
       {"name", "push-by-digest", "registry.insecure", "compression", "force-compression"})
    if (attributes.get(key)) option.not_to_load.emplace_back(key);
  const bool has_file = attributes.get("dest") || attributes.get("tar");
  if (type == Type::image || type == Type::registry) {
    option.when_pushed = push_output(attributes);
    if (attributes.is_on("push", type == Type::registry)) option.output = *option.when_pushed;
  } else if (type == Type::docker && !has_file) {
    option.output = pipeline::LoadOutput{.context = attributes.get("context")};
  } else if (attributes.get("context")) {
    refuse(attributes.text, "an image goes into a file or to another context, not both");
  } else {
    option.output = file_output(type, attributes);
  }
  return option;
}

} // namespace

OutputOption parse_output(const std::string& text) {
  if (text == "-") return parse_output("type=tar,dest=-");
  const auto fields = csv_fields(text);
  const bool is_path = !text.contains('=') || text.starts_with('.') || text.starts_with('/');
  if (fields.size() == 1 && fields.front() == text && is_path) {
    if (text.empty()) refuse(text, "it is empty");
    return option_of(Type::local, {.text = text, .values = {{"dest", text}}});
  }
  Attributes attributes{.text = text, .values = {}};
  for (const std::string& field : fields) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos || equals == 0)
      refuse(text, format("\"{}\" is not KEY=VALUE", field));
    attributes.values[field.substr(0, equals)] = field.substr(equals + 1);
  }
  const auto name = attributes.get("type");
  if (!name) refuse(text, "it has no type", "begin with type=docker, oci, tar, local or registry");
  const TypeName& type = type_named(*name, text);
  OutputOption annotations;
  for (const auto& [key, value] : attributes.values) {
    if (key == "type" || std::ranges::find(type.keys, key) != type.keys.end()) continue;
    if (!is_of_an_image(type.type) || !take_annotation(annotations, key, value))
      refuse(text, format("type={} has no {}", *name, key), known_names(key, type.keys));
  }
  OutputOption option = option_of(type.type, attributes);
  option.manifest_annotations = std::move(annotations.manifest_annotations);
  option.index_annotations = std::move(annotations.index_annotations);
  return option;
}

archive::Compression parse_compression(std::string_view text) {
  if (text == "gzip") return archive::Compression::gzip;
  if (text == "zstd") return archive::Compression::zstd;
  if (text == "none" || text == "uncompressed") return archive::Compression::none;
  throw Error(ErrorKind::invalid_input, format("unknown compression \"{}\"", text))
      .with_hint("layers are compressed by gzip, zstd, or none");
}

} // namespace nixbuild::plugin
