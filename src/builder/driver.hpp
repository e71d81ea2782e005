#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::builder {

// Where Nix runs for us.
enum class Driver {
  automatic, // whichever of the others fits the engine
  host,      // here; the image is loaded through the context's endpoint
  ssh,       // on the machine that runs the engine, by ssh
  container, // in a container beside the engine
};

// "auto", "host", "ssh", "container".
[[nodiscard]] std::string to_string(Driver driver);
[[nodiscard]] std::optional<Driver> parse_driver(std::string_view text);

} // namespace nixbuild::builder
