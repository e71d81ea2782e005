#pragma once

#include "devcontainer/settings.hpp"
#include "image/amendment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nixbuild::devcontainer {

// The label by which an image tells dev container tools how it is used
// (containers.dev/implementors/reference, "Image Metadata").
inline constexpr std::string_view metadata_label = "devcontainer.metadata";
inline constexpr std::string_view version_label = "dev.nixbuild.version";

// Its value: an array of one entry, since not all tools take an object. Of an image that boots:
// its own command is process 1, it may write control groups as `profile` says, and hooks wait
// until it has booted. `remote_user` may be empty; nothing is then to be said of other images.
[[nodiscard]] std::string metadata_of_booting(Profile profile, const std::string& remote_user);
[[nodiscard]] std::string metadata_of_others(const std::string& remote_user);

// A line of POSIX shell that waits, two minutes at most, until systemd has started everything, and
// then names the units that failed. It fails only where systemd is not there in time. Where our
// feature is installed it leaves the waiting to that.
[[nodiscard]] std::string wait_for_boot();

// Who works in the container, with the numbers that its user is to have.
struct RemoteUser {
  std::string name; // empty when it is not known
  std::optional<image::AccountNumbers> numbers;
};

// Metadata that a person wrote: JSON, with comments if wanted, of an array of objects or of one
// object, as the label's value. `what` names it in messages. Throws an Error of kind corrupt.
[[nodiscard]] std::string parse_metadata(std::string_view text, std::string_view what);

// Has `metadata` be the label, whatever the image has.
void set_metadata(image::Amendments& amendments, const std::string& metadata);

// What the image of a dev container gets on its way in. A label of its own stays.
[[nodiscard]] image::Amendments dev_container_amendments(const Settings& settings,
                                                         const RemoteUser& user,
                                                         const std::string& plugin_version);

} // namespace nixbuild::devcontainer
