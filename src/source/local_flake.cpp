#include "source/local_flake.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <map>
#include <system_error>
#include <utility>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

// A reference without its scheme: "PATH?NAME=VALUE&…".
struct Parts {
  std::string path;
  std::string query; // as it was written, with its "?"
  std::map<std::string, std::string> parameters;
};

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text, std::string_view reference) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
    if (low < 0 || high * 16 + low == 0) {
      throw Error(ErrorKind::invalid_input,
                  format("'{}' is no flake reference: it has a bad '%'", reference));
    }
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "-._~/+";
  std::string encoded;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

Parts parts_of(std::string_view text, bool is_url, std::string_view reference) {
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  Parts parts{.path = is_url ? percent_decoded(path, reference) : std::string(path),
              .query = mark == std::string_view::npos ? "" : std::string(text.substr(mark)),
              .parameters = {}};
  std::string_view rest = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    parts.parameters[percent_decoded(pair.substr(0, equals), reference)] =
        percent_decoded(pair.substr(equals + 1), reference);
  }
  return parts;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

fs::path absolute(const std::string& path, const fs::path& folder, std::string_view reference) {
  std::error_code problem;
  fs::path real = fs::canonical(folder / path, problem);
  if (problem || !fs::is_directory(real, problem)) {
    throw Error(ErrorKind::not_found, format("'{}': there is no folder {}", reference,
                                             (folder / path).lexically_normal().string()));
  }
  return real;
}

std::string subfolder_of(const Parts& parts) {
  const auto found = parts.parameters.find("dir");
  if (found == parts.parameters.end()) return {};
  const fs::path subfolder = fs::path(found->second).lexically_normal();
  if (subfolder.is_absolute() || (!subfolder.empty() && *subfolder.begin() == "..")) {
    throw Error(ErrorKind::invalid_input,
                format("the flake's folder '{}' is outside of its source", found->second));
  }
  return subfolder == "." ? std::string() : subfolder.string();
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string url_of(std::string_view scheme, const fs::path& folder, const Parameters& parameters) {
  std::string url(scheme);
  url += percent_encoded(folder.string());
  char mark = '?';
  for (const auto& [name, value] : parameters)
    url +=
        format("{}{}={}", std::exchange(mark, '&'), percent_encoded(name), percent_encoded(value));
  return url;
}

// The reference by a scheme; `dir` is the subfolder, wherever it came from.
std::string reference_by_url(const LocalFlake& flake, const Parts& parts) {
  Parameters parameters;
  if (!flake.subfolder.empty()) parameters.emplace_back("dir", flake.subfolder);
  for (const auto& parameter : parts.parameters)
    if (parameter.first != "dir") parameters.push_back(parameter);
  const bool git = flake.kind == LocalFlake::Kind::git;
  return url_of(git ? "git+file://" : "path:", flake.root, parameters);
}

LocalFlake folder_flake(fs::path root, const Parts& parts, std::string subfolder) {
  LocalFlake flake{.kind = LocalFlake::Kind::folder,
                   .root = std::move(root),
                   .subfolder = std::move(subfolder),
                   .reference = {}};
  flake.reference = reference_by_url(flake, parts);
  return flake;
}

LocalFlake git_flake(fs::path root, const Parts& parts, std::string subfolder) {
  const auto& parameters = parts.parameters;
  const auto submodules = parameters.find("submodules");
  LocalFlake flake{.kind = LocalFlake::Kind::git,
                   .root = std::move(root),
                   .subfolder = std::move(subfolder),
                   .submodules = submodules != parameters.end() && submodules->second == "1",
                   .other_revision = parameters.contains("ref") || parameters.contains("rev"),
                   .reference = {}};
  flake.reference = reference_by_url(flake, parts);
  return flake;
}

bool is_there(const fs::path& path) {
  std::error_code problem;
  return fs::exists(fs::symlink_status(path, problem));
}

std::optional<fs::path> work_tree_of(const fs::path& folder) {
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path())
    if (is_there(at / ".git")) return at;
  return std::nullopt;
}

// The folder with flake.nix, at `path` or above it, but not above a repository.
fs::path flake_folder(const fs::path& path, std::string_view reference) {
  for (fs::path at = path;; at = at.parent_path()) {
    if (is_there(at / "flake.nix")) return at;
    if (is_there(at / ".git") || !at.has_relative_path()) break;
  }
  throw Error(ErrorKind::not_found,
              format("'{}': there is no flake.nix in {} nor above it", reference, path.string()));
}

// The work tree that `given` is in, if there is one.
LocalFlake flake_at(const fs::path& given, const Parts& parts, std::string_view reference) {
  if (std::string subfolder = subfolder_of(parts); !subfolder.empty()) {
    if (is_there(given / ".git")) return git_flake(given, parts, std::move(subfolder));
    return folder_flake(given, parts, std::move(subfolder));
  }
  const fs::path folder = flake_folder(given, reference);
  if (const auto work_tree = work_tree_of(folder)) {
    const fs::path subfolder = folder.lexically_relative(*work_tree);
    return git_flake(*work_tree, parts, subfolder == "." ? "" : subfolder.string());
  }
  return folder_flake(folder, parts, {});
}

// A plain path stays one, unless its folder has what would end it: Nix asks more of the work tree
// then (whether it is shallow), and we know a plain path's evaluations by its commit.
LocalFlake path_flake(const Parts& parts, const fs::path& folder, std::string_view reference) {
  const fs::path given = absolute(parts.path, folder, reference);
  LocalFlake flake = flake_at(given, parts, reference);
  if (given.string().find_first_of("?#%") == std::string::npos) {
    flake.reference = given.string() + parts.query;
  }
  return flake;
}

} // namespace

std::optional<LocalFlake> local_flake(std::string_view text, const fs::path& folder) {
  std::string_view rest = text;
  if (take_prefix(rest, "path:")) {
    take_prefix(rest, "//");
    const Parts parts = parts_of(rest, true, text);
    return folder_flake(absolute(parts.path, folder, text), parts, subfolder_of(parts));
  }
  if (take_prefix(rest, "git+file:")) {
    take_prefix(rest, "//");
    const Parts parts = parts_of(rest, true, text);
    return git_flake(absolute(parts.path, folder, text), parts, subfolder_of(parts));
  }
  if (!text.starts_with('.') && !text.starts_with('/')) return std::nullopt;
  return path_flake(parts_of(text, false, text), folder, text);
}

LocalFlake tree_around(const fs::path& folder) {
  const fs::path real = absolute(folder.string(), fs::current_path(), folder.string());
  if (auto work_tree = work_tree_of(real)) return git_flake(*std::move(work_tree), {}, {});
  return folder_flake(real, {}, {});
}

std::string path_reference(const fs::path& folder,
                           const std::vector<std::pair<std::string, std::string>>& parameters) {
  return url_of("path:", folder, parameters);
}

} // namespace nixbuild::source
