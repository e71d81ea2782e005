#include "builder/agent_script.hpp"

#include "builder/any_shell.hpp"
#include "support/format.hpp"

namespace nixbuild::builder {

namespace {

using namespace script_status;

constexpr std::string_view cache_folder = "c=${XDG_CACHE_HOME:-$HOME/.cache}/docker-nixbuild; "
                                          "f=$c/agent-$d; ";

std::string digest_of(const AgentFiles& agents, const std::string& machine) {
  const auto agent = agents.find(machine);
  return agent == agents.end() ? std::string() : agent->second.sha256;
}

} // namespace

std::string start_script(const AgentFiles& agents) {
  std::string script =
      format("m=$(uname -sm); d=; "
             "case $m in \"Linux x86_64\") d={}; n={};; \"Linux aarch64\") d={}; n={};; esac; "
             "if [ -z \"$d\" ]; then echo \"$m\" >&2; exit {}; fi; "
             "command -v sha256sum >/dev/null || exit {}; ",
             digest_of(agents, "x86_64"), absent_x86_64, digest_of(agents, "aarch64"),
             absent_aarch64, other_machine, no_sha256sum);
  script += cache_folder;
  script += "[ -f \"$f\" ] && [ -x \"$f\" ] && [ \"$(sha256sum <\"$f\")\" = \"$d  -\" ] "
            "|| exit $n; exec \"$f\"";
  return for_any_shell(script);
}

std::string install_script(const AgentFile& agent) {
  std::string script = format("umask 077; d={}; ", agent.sha256);
  script += cache_folder;
  // Written beside its place and moved there when it is whole. Agents of former versions that have
  // lain there for a month go.
  script +=
      format("t=$f.$$; "
             "mkdir -p \"$c\" && head -c {} >\"$t\" || {{ rm -f \"$t\"; exit {}; }}; "
             "[ \"$(sha256sum <\"$t\")\" = \"$d  -\" ] || {{ rm -f \"$t\"; exit {}; }}; "
             "chmod 700 \"$t\" && mv -f \"$t\" \"$f\" || {{ rm -f \"$t\"; exit {}; }}; "
             "find \"$c\" -name \"agent-*\" -mtime +30 -exec rm -f \"{{}}\" \";\" 2>/dev/null; "
             "[ -x \"$f\" ] || exit {}; exec \"$f\"",
             agent.size, cannot_write, damaged, cannot_write, cannot_run);
  return for_any_shell(script);
}

} // namespace nixbuild::builder
