#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace nixbuild::devcontainer {

// When there is a container of the workspace already.
enum class OnReopen {
  build, // as always
  check, // only say whether its image is as old as it is
};

enum class OnFailure {
  fail,         // the container is not started
  use_existing, // if there is a container of the workspace, it is started as it is
};

// Which containers of the workspace are removed when the image is another one, so that a new one
// takes their place.
enum class Recreate { never, stopped };

// How a container in which systemd is process 1 gets to write its control groups.
enum class Profile {
  privileged,
  writable_cgroups, // Docker 28 and newer
  none,             // something else sees to it: Podman, or the Compose file
};

// Whose number the remote user has in the image.
enum class UserNumber {
  host,  // who builds it
  image, // what the image says
  given, // Settings::uid
};

// customizations.nixbuild: our own keys, and the options of `build`.
struct Settings {
  OnReopen on_reopen = OnReopen::build;
  OnFailure on_failure = OnFailure::fail;
  Recreate recreate = Recreate::never;
  Profile profile = Profile::privileged;
  bool metadata = true; // whether the image gets the label devcontainer.metadata
  UserNumber user_number = UserNumber::host;
  std::uint32_t uid = 0;                              // and gid
  std::shared_ptr<const boost::json::object> options; // without our own keys; never null
};

// By its name in configurations.
[[nodiscard]] std::optional<Profile> parse_profile(std::string_view name);

// `what` names `value` in messages. Throws an Error of kind invalid_input for a value that a key of
// our own does not take; nothing is said about the others.
[[nodiscard]] Settings parse_settings(const boost::json::value& value, std::string_view what);

} // namespace nixbuild::devcontainer
