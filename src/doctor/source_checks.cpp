#include "doctor/check.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace nixbuild::doctor {

namespace {

using context::MachineKind;
using Look = std::optional<Outcome>;

constexpr std::size_t most_names = 5;

// "a, b, c and 4 more".
std::string some_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), most_names);
  std::string text = format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) text += format(" and {} more", names.size() - shown);
  return text;
}

bool is_of_nix(const std::string& file) {
  return file.ends_with(".nix") || file == "flake.lock" || file.ends_with("/flake.lock");
}

std::vector<std::string> untracked(const Facts& facts, bool of_nix) {
  std::vector<std::string> files;
  if (!facts.client.source || !facts.client.flake) return files;
  std::ranges::copy_if(facts.client.source->untracked, std::back_inserter(files),
                       [&](const std::string& file) { return is_of_nix(file) == of_nix; });
  return files;
}

bool is_of_lima(const context::Machine& machine) {
  return machine.kind == MachineKind::colima || machine.kind == MachineKind::lima ||
         machine.kind == MachineKind::rancher_desktop;
}

Look source_is_seen(const Facts& facts) {
  if (!facts.client.source_asked || !facts.guest || !is_of_lima(facts.machine)) return std::nullopt;
  if (facts.guest->source_seen) return fine(format("{} sees this folder", facts.peer));
  return warned(format("{} does not see this folder, whose files are sent therefore", facts.peer),
                format("Mount it, which is faster: colima start -V {}:w", facts.client.folder));
}

Look source_is_writable(const Facts& facts) {
  if (!facts.client.source_asked || !facts.guest || !facts.guest->source_seen) return std::nullopt;
  if (facts.guest->source_writable) return fine(format("{} may write to it", facts.peer));
  return fine(format("{} may not write to it: no result link and no change of the lock file there",
                     facts.peer));
}

Look mount_is_fast(const Facts& facts) {
  if (!facts.client.source_asked || !facts.guest || !facts.guest->source_seen) return std::nullopt;
  const MountPoint* mount = facts.guest->mount_of(facts.client.folder);
  if (mount == nullptr || mount->path == "/") return std::nullopt;
  if (mount->type != "9p" && !mount->type.contains("sshfs"))
    return fine(format("it is there by {}", mount->type));
  return warned(format("this folder is there by {}, which is slow", mount->type),
                "Make a profile of vmType vz, which has virtiofs; that never changes later.");
}

Look git_trusts_the_folder(const Facts& facts) {
  if (!facts.client.source) return std::nullopt;
  const std::string& refusal = facts.client.source->refusal;
  if (refusal.empty()) return fine("git opens the work tree");
  return failed(refusal, format("git config --global --add safe.directory {}, if you trust it",
                                facts.client.folder));
}

Look nix_files_are_tracked(const Facts& facts) {
  if (!facts.client.source || !facts.client.flake) return std::nullopt;
  const std::vector<std::string> files = untracked(facts, true);
  if (files.empty()) return fine("git knows all Nix files");
  Fix fix{.what = format("git add -N {}", some_of(files)), .argv = {"git", "add", "-N", "--"}};
  // As git status names them: from the top, and no pattern.
  for (const std::string& file : files)
    fix.argv.push_back(":(top,literal)" + file);
  const std::string seen = format("git does not know {}, and so Nix does not", some_of(files));
  const std::string remedy = format("git add -N {}", some_of(files));
  if (std::ranges::find(files, std::string("flake.nix")) != files.end())
    return failed(seen, remedy, std::move(fix));
  return warned(seen, remedy, std::move(fix));
}

Look tree_is_clean(const Facts& facts) {
  if (!facts.client.source || !facts.client.flake) return std::nullopt;
  const auto& changed = facts.client.source->changed;
  if (changed.empty()) return fine("the work tree is as it was committed");
  return warned(format("the work tree is dirty: {}", some_of(changed)),
                "Caches are missed where the changed files are used, and by what uses self.rev, "
                "self.lastModified, or all of self as its source. Committing the same content "
                "changes nothing else.");
}

Look changes_count(const Facts& facts) {
  const std::vector<std::string> files = untracked(facts, false);
  if (files.empty()) return std::nullopt;
  return warned(format("git does not know {}: what they hold changes no result", some_of(files)),
                "git add -N the files that the build needs.");
}

constexpr std::array checks{
    Check{"M1", "the machine sees the folder", Probe::guest, source_is_seen,
          "colima start -V DIR:w mounts it; else its files are sent."},
    Check{"M2", "the folder can be written to there", Probe::guest, source_is_writable,
          "Lima mounts read-only unless told otherwise."},
    Check{"M3", "the folder is read fast", Probe::guest, mount_is_fast,
          "Use virtiofs, which a profile of vmType vz has."},
    Check{"B5", "git trusts the folder", Probe::git, git_trusts_the_folder,
          "git config --global --add safe.directory DIR for the user who builds"},
    Check{"B6", "git knows the Nix files", Probe::git, nix_files_are_tracked,
          "git add -N FILE: Nix sees only what git knows"},
    Check{"B7", "the work tree is clean", Probe::git, tree_is_clean,
          "Commit, where caches are to be hit."},
    Check{"B9", "git knows all files", Probe::git, changes_count, "git add -N FILE"},
};

} // namespace

std::span<const Check> source_checks() {
  return checks;
}

} // namespace nixbuild::doctor
