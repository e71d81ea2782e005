#pragma once

#include "devcontainer/check.hpp"
#include "devcontainer/merged_configuration.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::devcontainer {

using Weight = Finding::Weight;

// Part of every command line that builds the image of a workspace.
constexpr std::string_view build_command = "nixbuild devcontainer build";

// A dev container as the checks look at it.
struct Checked {
  explicit Checked(const Seen& all);

  const Seen& seen;
  const boost::json::object& configuration;
  MergedConfiguration merged;
  const ComposeService* service = nullptr; // with Compose

  [[nodiscard]] bool is_compose() const;
  [[nodiscard]] bool image_boots() const;
  [[nodiscard]] bool is_podman() const;
  [[nodiscard]] bool has_features() const;
  // Of the service; empty where it says no text for `key`.
  [[nodiscard]] std::string service_text(std::string_view key) const;
};

// What the checks find.
class Findings {
public:
  void add(std::string_view id, Weight weight, std::string seen, std::string remedy);
  // Problems first.
  [[nodiscard]] std::vector<Finding> sorted() &&;

private:
  std::vector<Finding> problems_;
  std::vector<Finding> warnings_;
};

// Each looks at one subject and adds the traps that it sees.
void check_configuration(const Checked& at, Findings& findings);
void check_name(const Checked& at, Findings& findings);
void check_mounts(const Checked& at, Findings& findings);
void check_engine(const Checked& at, Findings& findings);
void check_image(const Checked& at, Findings& findings);
void check_user(const Checked& at, Findings& findings);
void check_compose(const Checked& at, Findings& findings);
void check_untagged(const Checked& at, Findings& findings);
void check_nix_files(const Checked& at, Findings& findings);
void check_surroundings(const Checked& at, Findings& findings);

// Adds that somebody has an init process of Docker's started, which `seen` says.
void add_init(Findings& findings, std::string seen);

// The text at `key`; empty where there is none.
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view key);

} // namespace nixbuild::devcontainer
