#include "nix/expression.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

namespace nixbuild::nix {

namespace json = boost::json;

namespace {

// Attributes of the caller's own derivation may throw, so each is tried; names are written out
// since a set with an outPath would be printed as that path alone.
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
    } else {
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

// Which other systems have the first name; some flakes refuse to be asked for some systems.
constexpr std::string_view find_by_system = R"(
  elsewhere = bySystem: path:
    if builtins.isAttrs bySystem && builtins.length path > 1 then
      builtins.filter
        (system: (builtins.tryEval (
          builtins.isAttrs (builtins.getAttr system bySystem)
          && builtins.hasAttr (builtins.elemAt path 1) (builtins.getAttr system bySystem)
        )).value)
        (builtins.filter (system: system != builtins.head path) (builtins.attrNames bySystem))
    else [ ];
  findBySystem = bySystem: path:
    let answer = find bySystem path;
    in if answer ? missing then answer // { elsewhere = elsewhere bySystem path; } else answer;
)";

std::string nix_list(const AttributePath& path) {
  std::string list = "[ ";
  for (const std::string& name : path)
    list += nix_string(name) + " ";
  return list + "]";
}

std::vector<std::string> strings(const json::object& object, std::string_view key) {
  std::vector<std::string> list;
  if (const json::value* found = object.if_contains(key)) {
    for (const json::value& item : found->as_array())
      list.emplace_back(item.as_string());
  }
  return list;
}

Answer read_answer(const json::object& object) {
  const auto text = [&](std::string_view key) { return std::string(object.at(key).as_string()); };
  if (object.contains("derivation")) {
    return FoundDerivation{.derivation = text("derivation"),
                           .output = text("output"),
                           .outputs = strings(object, "outputs"),
                           .system = text("system"),
                           .image_name = text("imageName"),
                           .image_tag = text("imageTag")};
  }
  if (object.contains("missing")) {
    return MissingName{.name = text("missing"),
                       .siblings = strings(object, "names"),
                       .elsewhere = strings(object, "elsewhere")};
  }
  return NoDerivation{.type = text("type"), .names = strings(object, "names")};
}

} // namespace

std::string find_expression(const AttributePath& path) {
  return format("value: let{}{}in find value {}", describe, find, nix_list(path));
}

std::string find_by_system_expression(const AttributePath& path) {
  return format("value: let{}{}{}in findBySystem value {}", describe, find, find_by_system,
                nix_list(path));
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
    throw Error(ErrorKind::corrupt,
                format("nix eval answered something unexpected: {}", error.what()))
        .with_detail(std::string(text.substr(0, 1000)));
  }
}

} // namespace nixbuild::nix
