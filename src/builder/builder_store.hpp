#pragma once

#include "builder/builder_container.hpp"
#include "builder/driver.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::builder {

// The name of the builder container that is made where nobody created a builder.
inline constexpr const char* unnamed_builder = "default";

// A builder that the user has created, for one engine.
struct NamedBuilder {
  std::string name;
  Driver driver = Driver::container;
  std::string context;        // the Docker context that it was created in,
  std::string endpoint;       // and where that led: "unix:///var/run/docker.sock"
  bool current = false;       // used for this endpoint where none is named
  ContainerOptions container; // for Driver::container
};

// The named builders of this user: NAME.json in `folder`, which need not exist.
class BuilderStore {
public:
  explicit BuilderStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // By name. Throws an Error of kind corrupt for a file that cannot be read.
  [[nodiscard]] std::vector<NamedBuilder> all() const;
  [[nodiscard]] std::optional<NamedBuilder> find(const std::string& name) const;
  [[nodiscard]] std::optional<NamedBuilder> current_of(const std::string& endpoint) const;

  // Adds or replaces it. A current one takes the place of another for the same endpoint. Throws an
  // Error of kind io or no_space.
  void save(const NamedBuilder& builder) const;
  void remove(const std::string& name) const;

private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;

  std::filesystem::path folder_;
};

// Why a builder cannot be called so; nothing when it can. Names of drivers mean those.
[[nodiscard]] std::optional<std::string> why_no_name(std::string_view name);

} // namespace nixbuild::builder
