#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nixbuild::nix {

// Whether `path` has the form of a path directly in a Nix store, wherever that is:
// "…/store/", 32 characters of Nix's base 32, "-", a name.
[[nodiscard]] bool is_store_path(const std::filesystem::path& path);

// What people call it: "hello-2.12" of "/nix/store/…-hello-2.12", of a derivation without ".drv".
// Any other text comes back as it is.
[[nodiscard]] std::string readable_name(std::string_view path);

} // namespace nixbuild::nix
