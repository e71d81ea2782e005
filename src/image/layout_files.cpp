#include "image/layout_files.hpp"

#include "archive/file.hpp"
#include "image/archived_layer.hpp"
#include "image/file_layer.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

// What is missing inside of a layout makes the layout bad, whatever was asked for.
template <class Operation>
auto in_layout(const std::string& name, Operation&& operation) {
  try {
    return std::forward<Operation>(operation)();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::corrupt, format("it has no file '{}'", name));
  }
}

} // namespace

bool LayoutFolder::contains(const std::string& name) const {
  std::error_code problem;
  return fs::is_regular_file(folder_ / name, problem);
}

std::string LayoutFolder::read(const std::string& name, std::size_t limit) const {
  return in_layout(name, [&] { return read_file(folder_ / name, limit); });
}

std::uint64_t LayoutFolder::size(const std::string& name) const {
  return in_layout(name, [&] { return archive::File::open(folder_ / name)->size(); });
}

std::shared_ptr<const LayerContent> LayoutFolder::layer(const std::string& name) const {
  return file_layer(folder_ / name);
}

bool LayoutArchive::contains(const std::string& name) const {
  return index_.contains(name);
}

std::string LayoutArchive::read(const std::string& name, std::size_t limit) const {
  return index_.read(name, limit, cancel_);
}

std::uint64_t LayoutArchive::size(const std::string& name) const {
  return index_.file(name).size;
}

std::shared_ptr<const LayerContent> LayoutArchive::layer(const std::string& name) const {
  const ArchiveMember& member = index_.file(name);
  return archived_layer(file_, member.offset, member.size);
}

} // namespace nixbuild::image
