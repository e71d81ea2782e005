#include "devcontainer/metadata_label.hpp"

#include "devcontainer/jsonc.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

json::object entry_for(const std::string& remote_user) {
  json::object entry;
  if (remote_user.empty()) return entry;
  entry["remoteUser"] = remote_user;
  // Otherwise a tool builds an image with the user's number, which we have seen to.
  entry["updateRemoteUserUID"] = false;
  return entry;
}

void add_privileges(json::object& entry, Profile profile) {
  switch (profile) {
  case Profile::privileged:
    entry["privileged"] = true;
    break;
  case Profile::writable_cgroups:
    entry["securityOpt"] = json::array{"writable-cgroups=true"};
    break;
  case Profile::none:
    break;
  }
}

image::Amendment amendment_with(std::string metadata, const Settings& settings,
                                const RemoteUser& user, const std::string& plugin_version) {
  image::Amendment amendment{.labels = {{std::string(version_label), plugin_version}},
                             .missing_labels = {},
                             .missing_env = {},
                             .missing_stop_signal = {},
                             .numbers = user.numbers};
  if (settings.metadata && !metadata.empty())
    amendment.missing_labels.emplace(std::string(metadata_label), std::move(metadata));
  return amendment;
}

} // namespace

std::string wait_for_boot() {
  // A bare `systemctl is-system-running --wait` fails at once before there is a bus to ask on.
  // The feature's own wait, which comes after this one, has a limit that its user may choose.
  return "[ ! -x /usr/local/share/nixbuild/boot ] || exit 0; "
         "i=0; while [ $i -lt 240 ]; do "
         "s=$(systemctl is-system-running 2>/dev/null); "
         "case \"$s\" in running) exit 0 ;; "
         "degraded) echo 'failed units:'; systemctl --failed --plain --no-legend; exit 0 ;; esac; "
         "i=$((i+1)); sleep 0.5; done; "
         "echo \"systemd has not booted in time: ${s:-no answer}\" >&2; exit 1";
}

std::string metadata_of_booting(Profile profile, const std::string& remote_user) {
  json::object entry = entry_for(remote_user);
  entry["overrideCommand"] = false;
  add_privileges(entry, profile);
  // A container that was stopped boots again, without being created again.
  for (const char* hook : {"onCreateCommand", "postStartCommand"})
    entry[hook] = json::object{{"nixbuild-wait", wait_for_boot()}};
  return json::serialize(json::array{entry});
}

std::string metadata_of_others(const std::string& remote_user) {
  if (remote_user.empty()) return {};
  return json::serialize(json::array{entry_for(remote_user)});
}

std::string parse_metadata(std::string_view text, std::string_view what) {
  json::value value = parse_jsonc(text, what);
  if (value.is_object()) value = json::array{std::move(value)};
  const bool is_right =
      value.is_array() && std::ranges::all_of(value.get_array(), &json::value::is_object);
  if (!is_right) {
    throw Error(ErrorKind::corrupt, format("{} is no array of objects", what))
        .with_hint("containers.dev/implementors/json_reference tells what may be in them");
  }
  return json::serialize(value);
}

void set_metadata(image::Amendments& amendments, const std::string& metadata) {
  for (image::Amendment* one : {&amendments.booting, &amendments.others}) {
    one->missing_labels.erase(std::string(metadata_label));
    one->labels.insert_or_assign(std::string(metadata_label), metadata);
  }
}

image::Amendments dev_container_amendments(const Settings& settings, const RemoteUser& user,
                                           const std::string& plugin_version) {
  image::Amendments amendments{
      .booting = amendment_with(metadata_of_booting(settings.profile, user.name), settings, user,
                                plugin_version),
      .others = amendment_with(metadata_of_others(user.name), settings, user, plugin_version)};
  amendments.booting.missing_env = {"container=docker"};
  amendments.booting.missing_stop_signal = "SIGRTMIN+3";
  return amendments;
}

} // namespace nixbuild::devcontainer
