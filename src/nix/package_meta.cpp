#include "nix/package_meta.hpp"

#include "nix/attribute_path.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <filesystem>

namespace nixbuild::nix {

namespace {

namespace json = boost::json;

// Packages are found by their names and believed by their paths. What a flake exports as `packages`
// may be called anything, so those say their names themselves; nixpkgs' tens of thousands are only
// looked up.
constexpr std::string_view search = R"(
  try = attempt: otherwise:
    let tried = builtins.tryEval attempt; in if tried.success then tried.value else otherwise;
  text = value: let result = try value ""; in if builtins.isString result then result else "";
  nameOf = path:
    (builtins.parseDrvName (builtins.substring 33 (-1) (baseNameOf path))).name;
  wanted = builtins.groupBy nameOf paths;
  isPackage = value: builtins.isAttrs value && (value.type or "") == "derivation";
  outputsOf = package: map (output: builtins.unsafeDiscardStringContext package.${output}.outPath)
    (package.outputs or [ "out" ]);
  licenceOf = value:
    if builtins.isList value then
      builtins.concatStringsSep " AND " (builtins.filter (one: one != "") (map licenceOf value))
    else if builtins.isAttrs value then text (value.spdxId or "")
    else text value;
  homepageOf = value:
    if builtins.isList value then (if value == [ ] then "" else text (builtins.head value))
    else text value;
  tell = package: map
    (path: {
      inherit path;
      licence = try (licenceOf (package.meta.license or "")) "";
      homepage = try (homepageOf (package.meta.homepage or "")) "";
    })
    (builtins.filter (path: builtins.elem path paths) (outputsOf package));
  tellIfPackage = value: try (let told = if isPackage value then tell value else [ ];
    in builtins.deepSeq told told) [ ];
  valuesOf = set: if builtins.isAttrs set then builtins.attrValues set else [ ];
  exported = flake: builtins.filter
    (value: try (isPackage value && wanted ? ${(builtins.parseDrvName value.name).name}) false)
    (valuesOf (flake.packages.${system} or { }));
  lookedUp = flake: valuesOf
    (builtins.intersectAttrs wanted (flake.legacyPackages.${system} or { }));
  flakes = [ flake ] ++ valuesOf (flake.inputs or { });
)";

std::string list_of_paths(const Closure& closure) {
  std::string list = "[";
  for (const ClosurePath& path : closure.paths)
    list += " " + nix_string(path.path);
  return list + " ]";
}

// builtins.getFlake knows no current folder.
std::string absolute_reference(const std::string& flake) {
  constexpr std::string_view scheme = "path:";
  const bool with_scheme = flake.starts_with(scheme);
  const std::string path = with_scheme ? flake.substr(scheme.size()) : flake;
  if (!path.starts_with('.')) return flake;
  const std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
  return with_scheme ? std::string(scheme) + absolute : absolute;
}

} // namespace

std::string package_meta_expression(const std::string& system, const Closure& closure) {
  return format("flake: let\n  system = {};\n  paths = {};{}in builtins.concatMap\n"
                "  (one: builtins.concatMap tellIfPackage (exported one ++ lookedUp one)) flakes",
                nix_string(system), list_of_paths(closure), search);
}

PackageMetas parse_package_metas(std::string_view text) {
  PackageMetas metas;
  try {
    const json::value answer = json::parse(text);
    for (const json::value& value : answer.as_array()) {
      const json::object& told = value.as_object();
      metas.try_emplace(std::string(told.at("path").as_string()),
                        PackageMeta{.licence = std::string(told.at("licence").as_string()),
                                    .homepage = std::string(told.at("homepage").as_string())});
    }
  } catch (const std::exception& error) {
    throw Error(ErrorKind::corrupt,
                format("nix eval answered something unexpected: {}", error.what()));
  }
  return metas;
}

PackageMetas query_package_metas(const Session& session, const FlakeAttribute& flake,
                                 const std::string& system, const Closure& closure,
                                 LogProgress& log) {
  const std::string get =
      format("builtins.getFlake {}", nix_string(absolute_reference(flake.flake)));
  const auto answer = evaluate_json(session, package_meta_expression(system, closure),
                                    {"--impure", "--expr", get}, log);
  if (!answer)
    throw explain(format("cannot evaluate the packages of {}", flake.for_people()), answer.error());
  return parse_package_metas(*answer);
}

} // namespace nixbuild::nix
