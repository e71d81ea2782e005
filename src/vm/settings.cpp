#include "vm/settings.hpp"

#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::vm {

namespace {

// What a line of nix.conf takes as one word.
bool is_word(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](unsigned char byte) {
    return byte <= 0x20 || byte == 0x7f || byte == '#';
  });
}

} // namespace

bool trusts_user(const Guest& guest) {
  return guest.user != "root" && is_word(guest.user) && !guest.single_user();
}

std::string settings_for(const Guest& guest) {
  std::string text = "# Written by docker nixbuild vm setup; --uninstall takes it away.\n"
                     "extra-experimental-features = nix-command flakes\n"
                     "builders-use-substitutes = true\n"
                     "min-free = 1073741824\n"
                     "max-free = 3221225472\n";
  if (trusts_user(guest)) text += format("extra-trusted-users = {}\n", guest.user);
  // Who may make no namespaces himself cannot build with a sandbox, and must be able to without.
  if (guest.namespaces && !guest.single_user())
    text += "sandbox = true\nsandbox-fallback = false\n";
  // "extra-" twice: added to the setting extra-platforms, which has values by itself.
  for (const std::string& system : guest.emulated_systems())
    text += format("extra-extra-platforms = {}\n", system);
  // The question mark: Rosetta can be turned off again, and builds must go on.
  if (guest.rosetta) text += "extra-sandbox-paths = /mnt/lima-rosetta?\n";
  return text;
}

} // namespace nixbuild::vm
