#pragma once

#include "archive/tar_reader.hpp"
#include "fakes/memory_stream.hpp"
#include "image/image.hpp"

#include <map>
#include <string>

namespace nixbuild::tests {

struct LayerFile {
  archive::TarType type = archive::TarType::file;
  std::string content; // of a file, or where a link leads
  unsigned mode = 0;
  unsigned uid = 0;
  unsigned gid = 0;
};

// All entries of a layer by their names, without the slash that ends a folder's.
inline std::map<std::string, LayerFile> files_of(const image::LayerContent& layer) {
  fakes::MemorySink sink;
  layer.write_to(sink, {});
  fakes::MemorySource source(sink.text);
  archive::TarReader reader(source);
  std::map<std::string, LayerFile> files;
  while (const auto entry = reader.next()) {
    const auto number = [&](std::size_t field, std::size_t length) {
      const std::string text = sink.text.substr(entry->offset - 512 + field, length);
      return static_cast<unsigned>(std::stoul(text, nullptr, 8));
    };
    LayerFile file{.type = entry->type,
                   .content = entry->link_target,
                   .mode = number(100, 8),
                   .uid = number(108, 8),
                   .gid = number(116, 8)};
    if (entry->type == archive::TarType::file) {
      file.content = sink.text.substr(entry->offset, entry->size);
    }
    std::string name = entry->name;
    if (name.ends_with('/')) name.pop_back();
    files[name] = file;
  }
  return files;
}

} // namespace nixbuild::tests
