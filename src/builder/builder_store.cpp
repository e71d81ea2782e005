#include "builder/builder_store.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <system_error>

namespace nixbuild::builder {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view extension = ".json";
constexpr std::size_t longest_name = 63;

std::string text_of(const NamedBuilder& builder) {
  const ContainerOptions& options = builder.container;
  return json::serialize(
             json::object{{"name", builder.name},
                          {"driver", to_string(builder.driver)},
                          {"context", builder.context},
                          {"endpoint", builder.endpoint},
                          {"current", builder.current},
                          {"container",
                           {{"image", options.image},
                            {"volume", options.volume},
                            {"socket", options.socket},
                            {"network", options.network},
                            {"environment", json::array(options.environment.begin(),
                                                        options.environment.end())}}}}) +
         "\n";
}

std::string text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

ContainerOptions options_of(const json::object& object) {
  ContainerOptions options{.image = text(object, "image"),
                           .volume = text(object, "volume"),
                           .socket = text(object, "socket"),
                           .network = text(object, "network"),
                           .environment = {}};
  for (const json::value& variable : object.at("environment").as_array())
    options.environment.emplace_back(variable.as_string());
  return options;
}

NamedBuilder read_builder(const fs::path& file) {
  try {
    const json::value value = json::parse(read_file(file));
    const json::object& object = value.as_object();
    const auto driver = parse_driver(text(object, "driver"));
    if (!driver) throw std::runtime_error("unknown driver");
    return {.name = file.stem().string(),
            .driver = *driver,
            .context = text(object, "context"),
            .endpoint = text(object, "endpoint"),
            .current = object.at("current").as_bool(),
            .container = options_of(object.at("container").as_object())};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& problem) {
    throw Error(ErrorKind::corrupt, format("cannot read the builder in {}", file.string()))
        .with_detail(problem.what())
        .with_hint("Remove the file, and create the builder again.");
  }
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

std::optional<std::string> why_no_name(std::string_view name) {
  if (parse_driver(name)) return "that is a driver";
  if (name == unnamed_builder) return "that is the container of --builder=container";
  const bool is_plain = !name.empty() && name.size() <= longest_name &&
                        is_letter_or_digit(name.front()) && std::ranges::all_of(name, [](char c) {
                          return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
                        });
  if (is_plain) return std::nullopt;
  return format(
      "a name has up to {} letters, digits, '-', '_' and '.', and begins with a letter or "
      "a digit",
      longest_name);
}

fs::path BuilderStore::file_of(const std::string& name) const {
  return folder_ / (name + std::string(extension));
}

std::vector<NamedBuilder> BuilderStore::all() const {
  std::vector<NamedBuilder> builders;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder_, problem))
    if (entry.path().extension() == extension) builders.push_back(read_builder(entry.path()));
  std::ranges::sort(builders, {}, &NamedBuilder::name);
  return builders;
}

std::optional<NamedBuilder> BuilderStore::find(const std::string& name) const {
  std::error_code problem;
  if (why_no_name(name) || !fs::exists(file_of(name), problem)) return std::nullopt;
  return read_builder(file_of(name));
}

std::optional<NamedBuilder> BuilderStore::current_of(const std::string& endpoint) const {
  for (NamedBuilder& builder : all())
    if (builder.current && builder.endpoint == endpoint) return std::move(builder);
  return std::nullopt;
}

void BuilderStore::save(const NamedBuilder& builder) const {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  // Variables for a container may be nobody else's business.
  fs::permissions(folder_, fs::perms::owner_all, problem);
  if (builder.current) {
    for (NamedBuilder& other : all()) {
      if (!other.current || other.endpoint != builder.endpoint) continue;
      other.current = false;
      write_file_atomically(file_of(other.name), text_of(other));
    }
  }
  write_file_atomically(file_of(builder.name), text_of(builder));
}

void BuilderStore::remove(const std::string& name) const {
  std::error_code problem;
  fs::remove(file_of(name), problem);
  if (problem)
    throw system_error(problem.value(), format("cannot remove {}", file_of(name).string()));
}

} // namespace nixbuild::builder
