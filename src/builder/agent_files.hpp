#pragma once

#include "support/environment.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nixbuild::builder {

// A program file for one kind of Linux machine.
struct AgentFile {
  std::filesystem::path path;
  std::string sha256; // 64 hex digits
  std::uint64_t size = 0;
};

// By what `uname -m` says there: "x86_64", "aarch64".
using AgentFiles = std::map<std::string, AgentFile>;

// Where the agents of this installation may be: $NIXBUILD_AGENT_DIR alone if set, else beside
// `program` and in ../lib/docker-nixbuild from there.
[[nodiscard]] std::vector<std::filesystem::path>
agent_folders(const Environment& environment, const std::filesystem::path& program);

// The files docker-nixbuild-agent-linux-amd64 and …-arm64 that are in the first of `folders` that
// has them. Reads them for their digests. Throws an Error of kind io.
[[nodiscard]] AgentFiles find_agents(const std::vector<std::filesystem::path>& folders);

// The file of the program that is running, links resolved; empty where the system does not tell.
[[nodiscard]] std::filesystem::path own_program();

} // namespace nixbuild::builder
