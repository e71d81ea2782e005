#include "nix/expression.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::nix {

namespace json = boost::json;

namespace {

// Attributes of the caller's own derivation may throw, so each is tried; names are written out
// since a set with an outPath would be printed as that path alone. A NixOS configuration is no
// derivation, and stands for its toplevel.
constexpr std::string_view describe = R"(
  describe = value:
    let
      text = attempt:
        let tried = builtins.tryEval attempt;
        in if tried.success && builtins.isString tried.value then tried.value else "";
    in
    if builtins.isAttrs value && (value.type or "") == "derivation" then {
      derivation = value.drvPath;
      output = value.outputName or "out";
      outputs = value.outputs or [ "out" ];
      system = text (value.stdenv.hostPlatform.system or value.system or "");
      imageName = text (value.imageName or "");
      imageTag = text (value.imageTag or "");
      conf =
        if value ? imageName then text (value.stream.conf.drvPath or (value.conf.drvPath or ""))
        else "";
      package = text (value.pname or "");
      mainProgram = text (value.meta.mainProgram or "");
    }
    else if builtins.isAttrs value && value ? config.system.build.toplevel
    then describe value.config.system.build.toplevel
    else {
      type = builtins.typeOf value;
      names = if builtins.isAttrs value then builtins.attrNames value else [ ];
    };
)";

constexpr std::string_view find = R"(
  find = value: path:
    if path == [ ] then describe value
    else if builtins.isAttrs value then
      let name = builtins.head path;
      in if builtins.hasAttr name value
        then find (builtins.getAttr name value) (builtins.tail path)
        else { missing = name; names = builtins.attrNames value; }
    else { missing = builtins.head path; names = [ ]; };
)";

constexpr std::string_view systems_with = R"(
  has = set: name: builtins.isAttrs set && builtins.hasAttr name set;
  systemsWith = name: bySystem:
    builtins.filter
      (system: (builtins.tryEval (has (builtins.getAttr system bySystem) name)).value)
      (if builtins.isAttrs bySystem then builtins.attrNames bySystem else [ ]);
)";

std::string nix_list(const AttributePath& path) {
  std::string list = "[ ";
  for (const std::string& name : path)
    list += nix_string(name) + " ";
  return list + "]";
}

std::vector<std::string> strings(const json::value& value) {
  std::vector<std::string> list;
  for (const json::value& item : value.as_array())
    list.emplace_back(item.as_string());
  return list;
}

Answer read_answer(const json::object& object) {
  const auto text = [&](std::string_view key) { return std::string(object.at(key).as_string()); };
  if (object.contains("derivation")) {
    return FoundDerivation{.derivation = text("derivation"),
                           .output = text("output"),
                           .outputs = strings(object.at("outputs")),
                           .system = text("system"),
                           .image_name = text("imageName"),
                           .image_tag = text("imageTag"),
                           .conf = text("conf"),
                           .package = text("package"),
                           .main_program = text("mainProgram")};
  }
  if (object.contains("missing")) {
    return MissingName{.name = text("missing"), .siblings = strings(object.at("names"))};
  }
  return NoDerivation{.type = text("type"), .names = strings(object.at("names"))};
}

Error unexpected(std::string_view text, const std::exception& why) {
  return Error(ErrorKind::corrupt, format("nix eval answered something unexpected: {}", why.what()))
      .with_detail(std::string(text.substr(0, 1000)));
}

} // namespace

std::string find_expression(const AttributePath& path) {
  return format("value: let{}{}in find value {}", describe, find, nix_list(path));
}

std::string find_all_expression(const std::vector<AttributePath>& paths) {
  std::string list;
  for (const AttributePath& path : paths)
    list += nix_list(path) + " ";
  return format("value: let{}{}in map (find value) [ {}]", describe, find, list);
}

std::string call_expression(const CallArguments& arguments) {
  std::string set = "{ ";
  for (const auto& [name, expression] : arguments.expressions)
    // An expression by its nature; the line end keeps a comment in it from eating the rest.
    set += format("{} = ({}\n); ", nix_string(name), expression);
  for (const auto& [name, text] : arguments.strings)
    set += format("{} = {}; ", nix_string(name), nix_string(text));
  set += "}";
  return format("value: let{}  known = {};\nin describe (if builtins.isFunction value\n"
                "  then value (builtins.intersectAttrs (builtins.functionArgs value) known)\n"
                "  else value)",
                describe, set);
}

Answer parse_answer(std::string_view text) {
  try {
    return read_answer(json::parse(text).as_object());
  } catch (const std::exception& error) {
    throw unexpected(text, error);
  }
}

std::vector<Answer> parse_answers(std::string_view text) {
  try {
    std::vector<Answer> answers;
    const json::value list = json::parse(text);
    for (const json::value& answer : list.as_array())
      answers.push_back(read_answer(answer.as_object()));
    return answers;
  } catch (const std::exception& error) {
    throw unexpected(text, error);
  }
}

std::string images_expression(const std::string& system, bool all) {
  // Broken packages are nobody's images.
  constexpr std::string_view find_images = R"(
    value: system: all:
    let
      by_system = builtins.hasAttr system value;
      here = if by_system then value.${system} else if all then value else { };
      says_so = package: package ? imageName || package ? copyToDockerDaemon;
      is_image = name:
        let told = builtins.tryEval (
          let package = here.${name};
          in builtins.isAttrs package && (package.type or "") == "derivation" && (all || says_so package));
        in told.success && told.value;
    in [ (if by_system then system else "") ] ++ builtins.filter is_image (builtins.attrNames here)
  )";
  return format("value: ({}) value {} {}", find_images, nix_string(system), all);
}

std::string systems_expression(const std::string& name) {
  return format("value: let{}in systemsWith {} value", systems_with, nix_string(name));
}

std::vector<std::string> parse_names(std::string_view text) {
  try {
    return strings(json::parse(text));
  } catch (const std::exception& error) {
    throw unexpected(text, error);
  }
}

} // namespace nixbuild::nix
