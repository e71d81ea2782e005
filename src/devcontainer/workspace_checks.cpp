#include "devcontainer/checks.hpp"
#include "devcontainer/metadata_label.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::devcontainer {

namespace {

// Whether a line of Nix begins to set `attribute`.
bool sets(std::string_view nix, std::string_view attribute) {
  while (!nix.empty()) {
    std::string_view line = nix.substr(0, nix.find('\n'));
    nix.remove_prefix(std::min(line.size() + 1, nix.size()));
    line = line.substr(0, line.find('#'));
    const std::size_t at = line.find(attribute);
    if (at == std::string_view::npos) continue;
    const std::string_view behind = line.substr(at + attribute.size());
    const std::size_t equals = behind.find_first_not_of(" \t");
    if (equals != std::string_view::npos && behind[equals] == '=') return true;
  }
  return false;
}

} // namespace

void check_untagged(const Checked& at, Findings& findings) {
  constexpr std::size_t many = 5;
  if (at.seen.untagged.images < many) return;
  findings.add("untagged-images", Weight::warning,
               format("the engine keeps {} images that newer ones took the name of, up to {}",
                      at.seen.untagged.images, format_bytes(at.seen.untagged.bytes)),
               format("run docker image prune --filter label={}; \"rm-replaced\": true in "
                      "customizations.nixbuild removes each as it is replaced",
                      version_label));
}

void check_nix_files(const Checked& at, Findings& findings) {
  for (const NixFile& file : at.seen.nix_files) {
    if (!sets(file.text, "runAsRoot")) continue;
    findings.add(
        "run-as-root", Weight::warning, format("{} uses runAsRoot", file.name),
        "use fakeRootCommands or extraCommands: runAsRoot starts a virtual machine for the "
        "build, which takes KVM where Nix runs, and CI and macOS have none");
    break;
  }
}

void check_surroundings(const Checked& at, Findings& findings) {
  if (at.seen.codespace_without_nix) {
    findings.add("codespace", Weight::warning, "this is a codespace, and it has no Nix",
                 "run docker nixbuild builder create --use: it runs Nix in a container");
  }
  if (!at.seen.untracked.empty()) {
    findings.add("untracked", Weight::problem,
                 format("git does not know {}{}", at.seen.untracked.front(),
                        at.seen.untracked.size() > 1
                            ? format(" and {} more", at.seen.untracked.size() - 1)
                            : std::string()),
                 "run git add: a flake does not see files that git does not know");
  }
  for (const std::string& workflow : at.seen.workflows) {
    if (!workflow.contains("devcontainers/ci") || workflow.contains(build_command)) continue;
    findings.add(
        "ci", Weight::warning, "a workflow uses devcontainers/ci",
        "add a step docker nixbuild devcontainer build before it: devcontainer build does not "
        "run initializeCommand");
    break;
  }
  if (at.has_features() && at.seen.image && at.image_boots()) {
    findings.add("features", Weight::warning, "features are installed on top of the image",
                 "most need apt and bash in it; put what they bring into the Nix expression");
  }
}

} // namespace nixbuild::devcontainer
