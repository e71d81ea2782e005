#include "cache/user_nix_conf.hpp"

#include "cache/nix_settings.hpp"
#include "cache/secret_file.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include <unistd.h>

namespace nixbuild::cache {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string content_of(const fs::path& file) {
  std::error_code problem;
  return fs::exists(file, problem) ? read_file(file) : "";
}

} // namespace

fs::path user_nix_conf(const Environment& environment) {
  if (const auto config = environment.get("XDG_CONFIG_HOME"))
    return fs::path(*config) / "nix/nix.conf";
  if (const auto home = environment.get("HOME")) return fs::path(*home) / ".config/nix/nix.conf";
  throw Error(ErrorKind::not_found, "cannot tell where your nix.conf is").with_hint("set HOME");
}

bool add_to_nix_conf(const fs::path& file, const std::vector<std::string>& lines) {
  std::string text = content_of(file);
  const std::vector<std::string> present = lines_of(text);
  std::vector<std::string> missing;
  std::ranges::copy_if(lines, std::back_inserter(missing), [&](const std::string& line) {
    return std::ranges::find(present, line) == present.end();
  });
  if (missing.empty()) return false;
  std::error_code problem;
  if (fs::is_symlink(file, problem))
    throw Error(ErrorKind::refused,
                format("{} is a link, mostly to what home-manager makes", file.string()))
        .with_hint(format("add to its source:\n{}", fmt::join(missing, "\n")));
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  for (const std::string& line : missing)
    text += line + '\n';
  fs::create_directories(file.parent_path(), problem);
  write_file_atomically(file, text);
  return true;
}

fs::path remember_login(const std::string& host, const NetrcLogin& login,
                        const Environment& environment) {
  const fs::path conf = user_nix_conf(environment);
  const auto named = nix_settings(environment).netrc_file;
  const bool is_ours = named && ::access(named->c_str(), R_OK | W_OK) == 0;
  const fs::path file = is_ours ? fs::path(*named) : conf.parent_path() / "netrc";
  std::string text = netrc_line(host, login);
  for (const std::string& line : lines_of(content_of(file)))
    if (!line.starts_with(format("machine {} ", host))) text += line + '\n';
  write_secret_file(file, text);
  if (!is_ours) add_to_nix_conf(conf, {format("netrc-file = {}", file.string())});
  return file;
}

} // namespace nixbuild::cache
