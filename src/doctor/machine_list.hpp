#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::doctor {

// One of the machines that Nix may build on (nix: src/libstore/machines.cc).
struct RemoteMachine {
  std::string uri;
  std::vector<std::string> systems;
  std::string key;       // file; empty: ssh's own
  bool host_key = false; // column 8 is there

  // Of its URI; the host is without brackets.
  [[nodiscard]] std::string host() const;
  [[nodiscard]] std::optional<std::string> port() const;
};

// Reads the text of a machines file, or the value of `builders` without "@/file".
[[nodiscard]] std::vector<RemoteMachine> parse_machine_list(std::string_view text);

} // namespace nixbuild::doctor
