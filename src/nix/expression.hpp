#pragma once

#include "nix/attribute_path.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nixbuild::nix {

// A derivation, and what it tells of the image that it makes.
struct FoundDerivation {
  std::string derivation; // "/nix/store/….drv", written to the store by the evaluation
  std::string output;     // the output that it stands for: "out"
  std::vector<std::string> outputs;
  std::string system;     // that the result is for: its host platform when it is cross-compiled
  std::string image_name; // dockerTools' imageName, or empty
  std::string image_tag;
  // The derivation of the conf.json that dockerTools' stream script makes the image of, or empty.
  std::string conf;
  std::string package;      // pname, or empty
  std::string main_program; // meta.mainProgram, or empty
};
// Nothing has the name `name`; `siblings` are the names that there are instead.
struct MissingName {
  std::string name;
  std::vector<std::string> siblings;
};
// A value that is no derivation; `names` are those in it when it is a set.
struct NoDerivation {
  std::string type; // Nix's word: "set", "string", "lambda"
  std::vector<std::string> names;
};
using Answer = std::variant<FoundDerivation, MissingName, NoDerivation>;

// What a function at the root of a file is called with: --arg and --argstr.
struct CallArguments {
  std::vector<std::pair<std::string, std::string>> expressions;
  std::vector<std::pair<std::string, std::string>> strings;
};

// The expressions below are for `nix eval --json --apply`; their result is read by parse_answer().
// This is the only Nix code that we evaluate: what a later step wants to know of an image is
// asked for in `describe` of expression.cpp.

// Looks for `path` in the value. Flake outputs are no functions to be called.
[[nodiscard]] std::string find_expression(const AttributePath& path);

// The same for each of `paths`, in one evaluation; read by parse_answers().
[[nodiscard]] std::string find_all_expression(const std::vector<AttributePath>& paths);

// Describes the value itself, which may be a function of arguments that all are known.
[[nodiscard]] std::string call_expression(const CallArguments& arguments);

// Throws an Error of kind corrupt when `json` is not what the expressions above give.
[[nodiscard]] Answer parse_answer(std::string_view json);
[[nodiscard]] std::vector<Answer> parse_answers(std::string_view json);

// In a set whose names are systems, as "packages" is: those that have `name`. Its result is a list
// of strings. An evaluation of its own, because a flake may fail for systems that nobody asked for.
[[nodiscard]] std::string systems_expression(const std::string& name);

// In such a set, or with `all` also in one whose names are attributes: the names of images for
// `system`, behind the system where the set has it, or else "". Not `all` are those that say of
// themselves that they are one, as dockerTools' and nix2container's do.
[[nodiscard]] std::string images_expression(const std::string& system, bool all);

// Throws as parse_answer() does.
[[nodiscard]] std::vector<std::string> parse_names(std::string_view json);

} // namespace nixbuild::nix
