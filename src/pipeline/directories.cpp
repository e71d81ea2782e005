#include "pipeline/directories.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <string_view>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

fs::path own_folder(const Environment& environment, std::string_view variable,
                    std::string_view below_home) {
  if (const auto folder = environment.get(variable)) return fs::path(*folder) / "docker-nixbuild";
  if (const auto home = environment.get("HOME")) {
    return fs::path(*home) / below_home / "docker-nixbuild";
  }
  throw Error(ErrorKind::not_found, "cannot tell where to keep files of our own")
      .with_hint(format("set HOME or {}", variable));
}

} // namespace

fs::path state_directory(const Environment& environment) {
  return own_folder(environment, "XDG_STATE_HOME", ".local/state");
}

fs::path builders_directory(const Environment& environment) {
  return state_directory(environment) / "builders";
}

fs::path cache_directory(const Environment& environment) {
  return own_folder(environment, "XDG_CACHE_HOME", ".cache");
}

fs::path evaluation_memory_file(const Environment& environment) {
  return cache_directory(environment) / "evaluations";
}

fs::path loaded_images_file(const Environment& environment) {
  return state_directory(environment) / "loaded-images";
}

fs::path digest_cache_file(const Environment& environment) {
  return cache_directory(environment) / "layer-digests";
}

fs::path compressed_cache_file(const Environment& environment) {
  return cache_directory(environment) / "compressed-layers";
}

} // namespace nixbuild::pipeline
