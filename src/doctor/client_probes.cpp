#include "cache/cachix_login.hpp"
#include "doctor/probes.hpp"
#include "nix/discovery.hpp"
#include "nix/flags.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nixbuild::doctor {

namespace fs = std::filesystem;

namespace {

constexpr std::array builder_ports{31022, 31122};

// Empty when it cannot be read.
std::string text_of(const fs::path& file) {
  try {
    return read_file(file, std::size_t{1} << 20U);
  } catch (const Error&) {
    return {};
  }
}

bool is_there(const fs::path& file) {
  std::error_code problem;
  return fs::exists(file, problem);
}

// Of the loopback device, where connecting never waits.
bool listens(int port) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the call takes
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return socket && ::connect(socket.get(), generic, sizeof address) == 0;
}

// A qcow2 image as it lies on the disk; nothing when it is none, or cannot be read. Its header has
// the size that the guest sees at byte 24, the first byte first (qemu docs/interop/qcow2.rst).
std::optional<Disk> state_of_image(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  std::array<unsigned char, 32> header{};
  if (!fd || ::fstat(fd.get(), &status) != 0 ||
      ::pread(fd.get(), header.data(), header.size(), 0) != ssize_t{header.size()} ||
      std::memcmp(header.data(), "QFI\xfb", 4) != 0)
    return std::nullopt;
  Disk disk;
  for (std::size_t place = 24; place < header.size(); ++place)
    disk.bytes = disk.bytes << 8U | header.at(place);
  const auto used = static_cast<std::uint64_t>(status.st_blocks) * 512;
  disk.free_bytes = disk.bytes - std::min(used, disk.bytes);
  return disk;
}

// Nothing when not even that can be told.
std::optional<FileState> state_of(const fs::path& file) {
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (status.type() == fs::file_type::not_found) return FileState{};
  if (problem) return std::nullopt;
  const bool for_others = (status.permissions() & fs::perms::others_read) != fs::perms::none;
  return FileState{.exists = true, .for_others = for_others};
}

class BuilderFiles {
public:
  BuilderFiles(Client& client, const fs::path& root) : client_(client), root_(root) {}

  void read(const std::string& builders) {
    const fs::path ssh = root_ / "etc/ssh/ssh_config.d";
    client_.linux_builder_alias = is_there(ssh / "100-linux-builder.conf");
    client_.rosetta_builder_alias = is_there(ssh / "100-rosetta-builder.conf");
    client_.machines_file = !parse_machine_list(text_of(root_ / "etc/nix/machines")).empty();
    client_.darwin_has_nix = is_there(root_ / "etc/static/nix/nix.conf");
    for (const char* folder : {"var/lib/darwin-builder", "var/lib/linux-builder"})
      if (const auto disk = state_of_image(root_ / folder / "nixos.qcow2"))
        client_.linux_builder_disk = disk;
    read_machines(builders);
    read_keys();
    if (client_.linux_builder_alias || client_.rosetta_builder_alias || !client_.machines.empty())
      for (const int port : builder_ports)
        if (listens(port)) client_.listening.insert(port);
  }

private:
  void read_machines(const std::string& builders) {
    client_.machines = parse_machine_list(builders);
    std::istringstream words(builders);
    for (std::string word; words >> word;) {
      if (!word.starts_with('@')) continue;
      const auto more =
          parse_machine_list(text_of(root_ / fs::path(word.substr(1)).relative_path()));
      client_.machines.insert(client_.machines.end(), more.begin(), more.end());
    }
  }

  void read_keys() {
    if (client_.linux_builder_alias) read_key("/etc/nix/builder_ed25519");
    for (const RemoteMachine& machine : client_.machines)
      if (machine.key.starts_with('/')) read_key(machine.key);
  }

  void read_key(const std::string& file) {
    if (const auto state = state_of(root_ / fs::path(file).relative_path()))
      client_.keys[file] = *state;
  }

  Client& client_;
  const fs::path& root_;
};

bool has_cachix_token(const Environment& environment) {
  try {
    return !cache::cachix_login(environment).token.empty();
  } catch (const Error&) { // what uses it tells why it is none
    return false;
  }
}

// Entries "XY NAME", which NUL ends; behind one of a new name follows the old one (git-status(1)).
SourceTree parse_status(std::string_view text) {
  SourceTree tree;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (entry.size() < 4) continue;
    (entry.starts_with("??") ? tree.untracked : tree.changed).emplace_back(entry.substr(3));
    const bool has_old_name = entry[0] == 'R' || entry[0] == 'C';
    if (has_old_name) text.remove_prefix(std::min(text.find('\0') + 1, text.size()));
  }
  return tree;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

} // namespace

void ask_colima(Asking& asking) {
  asking.ask(Probe::colima, "colima list", [&] {
    if (const auto listed = asking.output_of({"colima", "list", "-j"}))
      asking.facts.client.colima = context::parse_colima_list(*listed);
  });
}

void ask_lima(Asking& asking) {
  asking.ask(Probe::lima, "limactl", [&] {
    const auto version = asking.output_of({"limactl", "--version"});
    asking.facts.client.lima_version = first_line(version.value_or(""));
    asking.facts.client.limactl_missing = !version;
  });
}

void ask_client_nix(Asking& asking) {
  Client& client = asking.facts.client;
#ifdef __APPLE__
  client.is_mac = true;
#endif
  client.folder = asking.surroundings.folder.string();
  client.flake = is_there(asking.surroundings.folder / "flake.nix");
  client.cachix_token = has_cachix_token(asking.facts.environment);
  asking.ask(Probe::client_nix, "nix on this machine", [&] {
    const std::string program = nix::find_nix(asking.facts.environment).string();
    client.has_nix = true;
    client.nix_version = first_line(asking.output_of({program, "--version"}).value_or(""));
    std::vector<std::string> argv{program};
    const auto features = nix::experimental_features();
    argv.insert(argv.end(), features.begin(), features.end());
    argv.emplace_back("show-config");
    std::istringstream lines(asking.output_of(argv).value_or(""));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t equals = line.find(" = ");
      const std::string name = line.substr(0, equals);
      const bool is_told = name == "system" || name == "extra-platforms" || name == "builders" ||
                           name == "external-builders";
      if (equals != std::string::npos && is_told)
        client.nix_settings[name] = line.substr(equals + 3);
    }
  });
  const auto builders = client.nix_settings.find("builders");
  BuilderFiles(client, asking.surroundings.root)
      .read(builders == client.nix_settings.end() ? "" : builders->second);
}

void ask_determinate(Asking& asking) {
  asking.ask(Probe::determinate, "determinate-nixd", [&] {
    const auto version = asking.output_of({"determinate-nixd", "version"});
    if (!version) return;
    asking.facts.client.determinate =
        Determinate{.version = *version,
                    .status = asking.output_of({"determinate-nixd", "status"}).value_or(""),
                    .config = text_of(asking.surroundings.root / "etc/determinate/config.json")};
  });
}

void ask_git(Asking& asking) {
  asking.ask(Probe::git, "git status", [&] {
    process::Command command{
        .argv = {"git", "status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."},
        .directory = asking.surroundings.folder,
        .environment = {{"GIT_OPTIONAL_LOCKS", "0"}, {"LC_ALL", "C"}}};
    constexpr std::size_t most = std::size_t{4} << 20U;
    const auto answer =
        process::capture(asking.surroundings.processes, command, asking.cancel, most);
    if (answer.status.success()) asking.facts.client.source = parse_status(answer.out);
    if (answer.err.contains("dubious ownership") || answer.err.contains("unsafe repository"))
      asking.facts.client.source = SourceTree{.refusal = first_line(answer.err)};
  });
}

} // namespace nixbuild::doctor
