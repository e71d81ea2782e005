#include "plugin/cache_commands.hpp"

#include "plugin/build_options.hpp"
#include "plugin/cache_options.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nixbuild::plugin {

namespace {

Option vm_image_option() {
  return {.name = "vm-image",
          .help = "Take the image of a Linux builder: this system's, or a flake's"};
}

// `own` before those of Nix.
OptionTable with_nix_options(OptionTable own) {
  std::ranges::sort(own, {}, &Option::name);
  std::ranges::move(nix_options(), std::back_inserter(own));
  return own;
}

Command group() {
  return {.name = "cache",
          .arguments = "COMMAND",
          .summary = "Binary caches of Nix",
          .description = "Looks into binary caches of Nix, fills them, and remembers them. build "
                         "takes them with --cache-from and --cache-to.",
          .options = {},
          .examples = {}};
}

Command check() {
  return {.name = "cache check",
          .arguments = "[INSTALLABLE]",
          .summary = "Say what of something caches have",
          .description =
              "Asks each cache of --cache-from, else those of nix.conf, what of the closure of "
              "INSTALLABLE it has: how many paths, and how many bytes they are to download and "
              "unpacked. Builds nothing. Without INSTALLABLE it only asks whether the caches are "
              "there. The exit status is 1 when a path is in no cache, or a cache does not answer.",
          .most_words = 1,
          .options = with_nix_options({cache_from_option(), debug_option(), format_option(),
                                       platform_option("Ask for what is built for PLATFORM"),
                                       vm_image_option()}),
          .examples = {{"cache check --cache-from cachix:me .#image", "would it be fetched?"},
                       {"cache check --vm-image", "has a cache my builder's image?"}}};
}

Command login() {
  return {
      .name = "cache login",
      .arguments = "CACHE",
      .summary = "Remember who to be at a cache",
      .description =
          "Reads a token from standard input and keeps it: for cachix:NAME (or cachix:) in "
          "cachix.dhall, as the program cachix does; for the address of a cache in a netrc "
          "file of yours, as the password of --username, which nix.conf is told of.",
      .most_words = 1,
      .options = {{.name = "username", .values = {"NAME"}, .help = "Log in as NAME"}},
      .examples = {{"cache login cachix:me < token", "for Cachix"},
                   {"cache login --username me https://cache.example < password", "elsewhere"}}};
}

Command push() {
  return {
      .name = "cache push",
      .arguments = "[INSTALLABLE]",
      .summary = "Build something and push it to caches",
      .description = "Builds INSTALLABLE where build would, and pushes it with all that it needs "
                     "to each cache of --cache-to. Nothing is loaded. What is there already is "
                     "not sent.",
      .most_words = 1,
      .options = with_nix_options({builder_option(),
                                   builder_image_option(),
                                   cache_from_option(),
                                   cache_to_option(),
                                   debug_option(),
                                   platform_option("Build for PLATFORM instead of the engine's"),
                                   progress_option(),
                                   vm_image_option(),
                                   {.name = "allow-ignored-caches",
                                    .help = "Build even where Nix ignores a cache of --cache-from",
                                    .variable = "NIXBUILD_CACHE_ALLOW_IGNORED"}}),
      .examples = {{"cache push --cache-to cachix:me .#image", "to Cachix"},
                   {"cache push --cache-to file:///media/disk/cache .#image", "to carry away"}}};
}

Command use() {
  return {.name = "cache use",
          .arguments = "CACHE",
          .summary = "Let Nix fetch from a cache from now on",
          .description = "Adds the cache and its key to your nix.conf. Of cachix:NAME Cachix tells "
                         "the address and the keys; for an address name the key with --key. Builds "
                         "on other machines use it, too, since the caches of your nix.conf go with "
                         "them.",
          .most_words = 1,
          .options = {{.name = "key",
                       .values = {"NAME:KEY"},
                       .help = "Trust what is signed with this key",
                       .repeatable = true},
                      {.name = "print", .help = "Print the lines and change nothing"}},
          .examples = {{"cache use cachix:me", "a cache of Cachix"},
                       {"cache use --key cache-1:… https://cache.example", "another"}}};
}

} // namespace

std::vector<Command> cache_commands() {
  return {group(), check(), login(), push(), use()};
}

} // namespace nixbuild::plugin
