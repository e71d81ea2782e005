#include "vm/machine_commands.hpp"

#include "nix/nix.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace nixbuild::vm {

std::optional<std::string> why_no_machine_name(std::string_view name) {
  constexpr std::size_t longest = 60; // its socket's path has to fit into 104 bytes
  if (name.empty()) return "it is empty";
  if (name.size() > longest) return "it is too long";
  const auto is_letter = [](unsigned char one) { return std::isalnum(one) != 0; };
  if (!is_letter(static_cast<unsigned char>(name.front())))
    return "it has to begin with a letter or digit";
  const bool only_usual = std::ranges::all_of(name, [&](unsigned char one) {
    return is_letter(one) || one == '-' || one == '_' || one == '.';
  });
  if (!only_usual) return "only letters, digits and -_. may be in it";
  return std::nullopt;
}

ColimaVersion parse_colima_version(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const auto version = nix::parse_version(line);
  if (!version || line.contains("HEAD")) return {};
  if (!version->at_least(0, 6)) {
    throw Error(ErrorKind::invalid_input,
                format("this colima is too old: it is {}, and 0.6 is needed", version->text))
        .with_hint("`brew upgrade colima`");
  }
  return {.has_root_disk = version->at_least(0, 9)};
}

CommandLine colima_create(const NewMachine& machine, const ColimaVersion& version) {
  // Before there were two disks, one held everything.
  const std::uint64_t disk =
      version.has_root_disk ? machine.disk : machine.disk + machine.root_disk;
  CommandLine line{"colima",
                   "start",
                   machine.name,
                   "--runtime",
                   "docker",
                   "-c",
                   format("{}", machine.cpus),
                   "-m",
                   format("{}", machine.memory),
                   "-d",
                   format("{}", disk)};
  if (version.has_root_disk)
    line.insert(line.end(), {"--root-disk", format("{}", machine.root_disk)});
  if (machine.rosetta) line.insert(line.end(), {"--vm-type", "vz", "--vz-rosetta"});
  for (const std::string& mount : machine.mounts)
    line.insert(line.end(), {"--mount", mount});
  return line;
}

CommandLine lima_create(const NewMachine& machine) {
  CommandLine line{"limactl",
                   "start",
                   "--tty=false",
                   "--name=" + machine.name,
                   format("--cpus={}", machine.cpus),
                   format("--memory={}", machine.memory),
                   format("--disk={}", machine.disk)};
  if (machine.rosetta) line.insert(line.end(), {"--vm-type=vz", "--rosetta"});
  for (const std::string& mount : machine.mounts)
    line.push_back("--mount=" + mount);
  line.emplace_back("template://docker-rootful");
  return line;
}

std::vector<CommandLine> commands_for(Action action, const VirtualMachine& machine, bool force,
                                      bool data) {
  const bool is_colima = machine.tool == Tool::colima;
  const auto line = [&](const char* verb, bool forced) {
    CommandLine words{is_colima ? "colima" : "limactl", verb};
    if (forced) words.emplace_back("--force");
    words.push_back(machine.name);
    return words;
  };
  switch (action) {
  case Action::start:
    return {line("start", false)};
  case Action::stop:
    return {line("stop", force)};
  case Action::restart:
    // limactl has not always had a restart.
    if (!is_colima) return {line("stop", force), line("start", false)};
    return {line("restart", force)};
  case Action::remove: {
    CommandLine words = line("delete", true);
    if (data && is_colima) words.emplace_back("--data");
    return {std::move(words)};
  }
  }
  std::unreachable();
}

std::optional<std::string> why_unfit(const VirtualMachine& machine) {
  if (!machine.runtime.empty() && machine.runtime != "docker")
    return format("it runs {}, which cannot be changed", machine.runtime);
  if (machine.status == "Broken") return "it is broken";
  return std::nullopt;
}

} // namespace nixbuild::vm
