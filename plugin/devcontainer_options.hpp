#pragma once

#include "devcontainer/metadata_label.hpp"
#include "image/amendment.hpp"
#include "plugin/parsed_options.hpp"

#include <optional>
#include <string>

namespace nixbuild::plugin {

// What an image is to get for tools of dev containers by the options --devcontainer-metadata and
// --devcontainer-user; nothing where neither was given. Reads the file that the first one may name.
// Throws an Error: invalid_input for values that make no sense, corrupt for metadata that is no
// JSON, and as read_file() does.
[[nodiscard]] std::optional<image::Amendments>
devcontainer_amendments_of(const ParsedOptions& options);

// Whether `user` has a number of its own that can be chosen: it is a name, and not root's.
[[nodiscard]] bool is_person(const std::string& user);

// `user` with the numbers of whoever runs us. Nothing for root, and elsewhere than on Linux, where
// a VM's file sharing sees to it.
[[nodiscard]] std::optional<image::AccountNumbers> numbers_of_host(const std::string& user);

} // namespace nixbuild::plugin
