#include "devcontainer/checks.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::devcontainer {

namespace json = boost::json;

void check_compose(const Checked& at, Findings& findings) {
  if (at.service == nullptr) return;
  const std::string name = format("the service {}", at.service->name);
  if (at.service_text("pull_policy") != "never") {
    findings.add("pull-policy", Weight::warning, format("{} may be pulled", name),
                 "set pull_policy: never, since nobody has the image but this engine");
  }
  if (at.service->content->contains("build"))
    findings.add("dockerfile", Weight::problem, format("{} is built by a Dockerfile", name),
                 "remove build: and let image: be what Nix builds");
  if (const json::value* init = at.service->content->if_contains("init");
      init != nullptr && *init == json::value(true))
    add_init(findings, format("init: true in {}", name));
  if (at.service->content->contains("profiles")) {
    findings.add("profile", Weight::warning, format("{} is behind a profile", name),
                 "remove profiles: from it: tools do not start such a service");
  }
  if (at.service_text("cgroup") == "host") {
    findings.add("cgroup-host", Weight::warning,
                 format("{} has the control groups of the host", name),
                 "set cgroup: private: systemd would write among those of the host");
  }
  for (const ComposeService& other : at.seen.compose->services) {
    const json::value* provider = other.content->if_contains("provider");
    if (provider == nullptr) continue;
    findings.add(
        "provider", Weight::warning,
        format("the provider {} runs after images were looked at", other.name),
        "run docker nixbuild devcontainer build, which builds its image too, before each "
        "docker compose up by hand: containers that are there otherwise keep the image before");
  }
}

} // namespace nixbuild::devcontainer
