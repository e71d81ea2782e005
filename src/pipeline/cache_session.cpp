#include "pipeline/cache_session.hpp"

#include "cache/nix_settings.hpp"
#include "cache/secret_file.hpp"

#include <algorithm>
#include <filesystem>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

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
  cache::write_secret_file(file, options_.netrc + cache::netrc_text(there));
  options_.settings.emplace_back("netrc-file", file.string());
}

} // namespace nixbuild::pipeline
