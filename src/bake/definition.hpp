#pragma once

#include "support/environment.hpp"

#include <map>
#include <string>
#include <vector>

namespace nixbuild::bake {

// A file that defines targets.
struct File {
  std::string name; // for messages
  std::string content;
};

// What there is to build, as it was written: nothing inherited, no group resolved.
struct Definition {
  std::map<std::string, std::string> targets; // each a JSON object; see canonical names below
  std::map<std::string, std::vector<std::string>> groups; // names of targets and groups
};

// Reads files in the JSON form of docker-bake.json (docs.docker.com/build/bake/reference):
//
//     {"variable": {"TAG": {"default": "dev"}},
//      "group": {"default": {"targets": ["web", "db"]}},
//      "target": {"base": {"impure": true},
//                 "web": {"inherits": ["base"], "installable": ".#web", "tags": ["web:${TAG}"]}}}
//
// A later file adds to the targets of earlier ones. In texts ${NAME} is a variable, which the
// environment's of that name overrides, and $${ is a ${. Keys of a target have one name each from
// here on: "tag", "platform", "label", "annotation" and "argstr" are called "tags", "platforms",
// "labels", "annotations" and "args", and what may be a list is one. Throws an Error of kind
// invalid_input that names the file, for expressions, too: there is no language in it.
[[nodiscard]] Definition read_files(const std::vector<File>& files, const Environment& environment);

// `options`, a JSON object of a target, with those names and lists.
[[nodiscard]] std::string canonical_target(const std::string& options);

// "tags" of "tag", and what else has another name here.
[[nodiscard]] std::string canonical_key(const std::string& key);
// Whether it holds a list of texts.
[[nodiscard]] bool is_list(const std::string& canonical_key);

} // namespace nixbuild::bake
