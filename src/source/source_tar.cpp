#include "source/source_tar.hpp"

#include "source/content.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <system_error>
#include <utility>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

using archive::TarMember;

std::string link_target(const fs::path& link) {
  std::error_code problem;
  const fs::path target = fs::read_symlink(link, problem);
  if (problem)
    throw Error(ErrorKind::io, format("cannot read {}: {}", link.string(), problem.message()));
  return target.string();
}

TarMember member_of(const fs::path& root, const SourceEntry& entry) {
  switch (entry.type) {
  case SourceEntry::Type::file:
    return {.name = entry.path, .type = TarMember::Type::file, .size = entry.size};
  case SourceEntry::Type::executable:
    return {.name = entry.path, .type = TarMember::Type::executable, .size = entry.size};
  case SourceEntry::Type::symlink:
    return {.name = entry.path,
            .type = TarMember::Type::symbolic_link,
            .link_target = link_target(root / entry.path)};
  case SourceEntry::Type::folder:
    return {.name = entry.path, .type = TarMember::Type::directory};
  }
  std::unreachable();
}

} // namespace

SourceTar::SourceTar(fs::path root, const SourceTree& tree) : root_(std::move(root)) {
  parts_.reserve(tree.entries.size());
  for (const SourceEntry& entry : tree.entries)
    parts_.push_back({.entry = entry, .member = member_of(root_, entry)});
}

std::uint64_t SourceTar::size() const {
  std::uint64_t size = archive::tar_end_size;
  for (const Part& part : parts_)
    size += archive::tar_member_size(part.member);
  return size;
}

void SourceTar::write(archive::Sink& sink) const {
  archive::TarWriter tar(sink);
  for (const Part& part : parts_) {
    tar.start(part.member);
    if (part.member.size > 0) write_content(root_, part.entry, sink);
  }
  tar.finish();
}

} // namespace nixbuild::source
