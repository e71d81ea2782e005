#include "pipeline/cache_session.hpp"

#include "cache/nix_settings.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

void write_secretly(const fs::path& file, std::string_view text) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0) throw system_error(errno, format("cannot write {}", file.string()));
  while (!text.empty()) {
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR)
      throw system_error(errno, format("cannot write {}", file.string()));
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_if_possible(const std::optional<std::string>& file) {
  try {
    return file ? read_file(*file, std::size_t{1} << 20U) : "";
  } catch (const Error&) { // mostly not there; root's own cannot be had, and is the daemon's
    return {};
  }
}

} // namespace

CacheSession::CacheSession(const nix::Options& asked, const Environment& environment)
    : options_(asked) {
  if (asked.caches.empty() && asked.netrc.empty()) return;
  const cache::NixSettings there = cache::nix_settings(environment);
  // A key that is known there need not be told, which not everybody may.
  std::erase_if(options_.cache_keys, [&](const std::string& key) {
    return std::ranges::find(there.public_keys, key) != there.public_keys.end();
  });
  if (asked.netrc.empty()) return;
  folder_.emplace();
  const fs::path file = folder_->path() / "netrc";
  // The first entry of a machine counts.
  write_secretly(file, options_.netrc + read_if_possible(there.netrc_file));
  options_.settings.emplace_back("netrc-file", file.string());
}

} // namespace nixbuild::pipeline
