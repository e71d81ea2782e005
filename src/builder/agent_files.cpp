#include "builder/agent_files.hpp"

#include "archive/file.hpp"
#include "archive/sha256.hpp"
#include "support/error.hpp"

#include <array>
#include <span>
#include <utility>

#ifdef __APPLE__
#include <climits>

#include <mach-o/dyld.h>
#endif

namespace nixbuild::builder {

namespace fs = std::filesystem;

namespace {

struct Machine {
  const char* uname;
  const char* file;
};
constexpr std::array<Machine, 2> machines{{
    {"x86_64", "docker-nixbuild-agent-linux-amd64"},
    {"aarch64", "docker-nixbuild-agent-linux-arm64"},
}};

AgentFile read_agent(const fs::path& path) {
  archive::FileSource source(archive::File::open(path));
  archive::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{256} << 10U);
  AgentFile file{.path = path};
  while (const std::size_t got = source.read(buffer)) {
    hash.update(std::span(buffer).first(got));
    file.size += got;
  }
  file.sha256 = hash.finish();
  return file;
}

} // namespace

std::vector<fs::path> agent_folders(const Environment& environment, const fs::path& program) {
  if (const auto chosen = environment.get("NIXBUILD_AGENT_DIR")) return {*chosen};
  if (program.empty()) return {};
  const fs::path beside = program.parent_path();
  return {beside, beside.parent_path() / "lib" / "docker-nixbuild"};
}

AgentFiles find_agents(const std::vector<fs::path>& folders) {
  AgentFiles found;
  for (const Machine& machine : machines) {
    for (const fs::path& folder : folders) {
      std::error_code problem;
      if (!fs::is_regular_file(folder / machine.file, problem)) continue;
      found.emplace(machine.uname, read_agent(folder / machine.file));
      break;
    }
  }
  return found;
}

fs::path own_program() {
  std::error_code problem;
#ifdef __APPLE__
  std::array<char, PATH_MAX> buffer{};
  auto size = static_cast<std::uint32_t>(buffer.size());
  if (::_NSGetExecutablePath(buffer.data(), &size) != 0) return {};
  return fs::canonical(buffer.data(), problem);
#else
  return fs::read_symlink("/proc/self/exe", problem);
#endif
}

} // namespace nixbuild::builder
