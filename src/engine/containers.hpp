#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::engine {

using Labels = std::map<std::string, std::string>;

// What a container sees at `target`.
struct Mount {
  enum class Kind {
    bind,   // a path of the engine's machine, which has to be there
    volume, // by name; made when it is not there, and filled from the image when it is empty
  };
  Kind kind = Kind::bind;
  std::string source;
  std::string target;
};

struct ContainerSpec {
  std::string image;                    // reference or ID, which the engine has
  std::vector<std::string> entrypoint;  // argv, instead of the image's
  std::vector<std::string> environment; // "NAME=VALUE"
  Labels labels;
  std::vector<Mount> mounts;
  std::string network; // empty: the engine's default
  bool privileged = false;
};

struct ContainerDetails {
  std::string id;
  std::string status; // "running", "exited", "created", …
  bool running = false;
  Labels labels;
  std::string image_id = {}; // of the image that it was made from
  std::string image = {};    // what that was called then
  int exit_code = 0;         // of its program, once that has ended
  std::string runtime = {};  // "runc"; "sysbox-runc" where Docker Desktop isolates containers
};

// What a container has at a path.
struct PathStat {
  std::uint32_t permissions = 0; // as chmod(1) takes them: 01777
  std::string link_target = {};  // of a link
};

// A container as the engine's list has it.
struct ListedContainer {
  std::string id;
  std::string name;     // without the slash
  std::string image_id; // what `docker image inspect` calls the ID of its image
  bool running = false; // or paused, or about to start again
  Labels labels;        // its image's too
};

struct VolumeDetails {
  std::string name;
  Labels labels;
};

// Whether two IDs of images are the same: Podman leaves the algorithm out in some places.
[[nodiscard]] bool is_same_id(std::string_view left, std::string_view right);

} // namespace nixbuild::engine
