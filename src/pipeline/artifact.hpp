#pragma once

#include <filesystem>
#include <string>

namespace nixbuild::pipeline {

// Something that was built, of whatever form, and what its evaluation told of the image in it.
struct Artifact {
  std::filesystem::path path;
  // For images that do not say their own name; empty when not known.
  std::string image_name;
  std::string image_tag;
  // For an image of a closure (image::ClosureSource).
  std::string package;
  std::string main_program;
  // How it was made; empty for what was built already.
  std::string attribute;
  std::string derivation;
};

} // namespace nixbuild::pipeline
