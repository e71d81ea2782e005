#pragma once

#include "support/fact_file.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace nixbuild::pipeline {

// Remembers from run to run which images this program has loaded into whatever engine: of those
// that have lost their names it is known that they are nobody else's. Shared by concurrent runs; a
// damaged or unwritable file costs its facts.
//
// A FactFile: its keys are the IDs of images, its values "loaded".
class LoadedImages {
public:
  // Some 10,000 images.
  static constexpr std::size_t file_limit = std::size_t{1} << 20U;

  explicit LoadedImages(std::filesystem::path file);

  [[nodiscard]] bool has(const std::string& id) const;
  void remember(const std::string& id);

private:
  FactFile facts_;
};

} // namespace nixbuild::pipeline
