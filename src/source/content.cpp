#include "source/content.hpp"

#include "archive/file.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <span>
#include <string>

namespace nixbuild::source {

namespace fs = std::filesystem;

void write_content(const fs::path& root, const SourceEntry& entry, archive::Sink& data) {
  const fs::path path = root / entry.path;
  if (entry.type == SourceEntry::Type::symlink) {
    const std::string target = fs::read_symlink(path).string();
    data.write(std::as_bytes(std::span(target)));
    return;
  }
  archive::FileSource file(archive::File::open(path));
  archive::LimitedSource content(file, entry.size);
  if (archive::copy(content, data) != entry.size) {
    throw Error(ErrorKind::corrupt, format("{} changed while it was sent", path.string()))
        .with_hint("Try again when nothing writes to the source tree.");
  }
}

} // namespace nixbuild::source
