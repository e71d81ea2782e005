#include "pipeline/gc_root.hpp"

#include "oci/digest.hpp"
#include "pipeline/directories.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cctype>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// "." means another project in every folder, so the folder is part of what the link stands for.
std::string identity(const nix::Installable& installable, const std::string& system) {
  return format("{}\n{}\n{}", fs::current_path().string(), nix::to_string(installable), system);
}

// For people who list the folder; the digest beside it makes it unique.
std::string readable(const nix::Installable& installable) {
  std::string text =
      format("{}-{}", fs::current_path().filename().string(), nix::to_string(installable));
  std::ranges::replace_if(
      text, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '-');
  return text.substr(0, 80);
}

} // namespace

fs::path gc_root_link(const nix::Installable& installable, const std::string& system,
                      const Environment& environment) {
  const fs::path folder = state_directory(environment) / "gcroots";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw system_error(error.value(), format("cannot create {}", folder.string()));
  const oci::Digest digest = oci::Digest::of(identity(installable, system));
  return folder / format("{}-{}", readable(installable), digest.hex().substr(0, 12));
}

} // namespace nixbuild::pipeline
