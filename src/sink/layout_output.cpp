#include "sink/layout_output.hpp"

#include "archive/file.hpp"
#include "archive/hashing_sink.hpp"
#include "oci/manifest_reader.hpp"
#include "sink/layout_metadata.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <cerrno>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace nixbuild::sink {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view index_name = "index.json";

// A new file.
class FileSink final : public archive::Sink {
public:
  explicit FileSink(const fs::path& file)
      : fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {
    if (!fd_) throw system_error(errno, format("cannot write {}", file.native()));
  }
  void write(std::span<const std::byte> data) override {
    write_all(fd_.get(), data);
    size_ += data.size();
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

StoredBlob write_new_file(const fs::path& file, const LayoutOutput::Writer& write) {
  FileSink sink(file);
  archive::HashingSink hash(sink);
  write(hash);
  return {.digest = oci::Digest::from_hex(hash.finish()), .size = sink.size()};
}

void move_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw system_error(error.value(), format("cannot write {}", to.native()));
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw system_error(error.value(), format("cannot make the folder {}", folder.native()));
}

} // namespace

void TarLayout::add_blob(const oci::Digest& digest, std::uint64_t size, const Writer& write) {
  tar_.start({.name = blob_name(digest), .size = size});
  write(out_);
}

// A tar says the size of a member in front of it.
StoredBlob TarLayout::add_new_blob(const Writer& write) {
  const TempDir directory;
  const fs::path file = directory.path() / "blob";
  const StoredBlob blob = write_new_file(file, write);
  tar_.start({.name = blob_name(blob.digest), .size = blob.size});
  archive::FileSource source(archive::File::open(file));
  archive::copy(source, out_);
  return blob;
}

void TarLayout::add_file(std::string_view name, std::string_view content) {
  tar_.add(name, content);
}

FolderLayout::FolderLayout(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  const fs::file_status status = fs::status(folder_, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw Error(ErrorKind::invalid_input, format("{} is no folder", folder_.native()));
  }
  if (fs::exists(status) && !fs::is_empty(folder_, error) && !fs::exists(folder_ / "oci-layout")) {
    throw Error(ErrorKind::invalid_input,
                format("{} has other files than those of an image layout", folder_.native()))
        .with_hint("name a folder that is empty or that does not exist");
  }
  make_folder(folder_ / "blobs/sha256");
}

void FolderLayout::add_blob(const oci::Digest& digest, std::uint64_t size, const Writer& write) {
  std::error_code error;
  const fs::path file = folder_ / blob_name(digest);
  if (fs::file_size(file, error) == size && !error) return;
  const TempDir directory(folder_);
  const fs::path written = directory.path() / "blob";
  (void)write_new_file(written, write);
  move_file(written, file);
}

StoredBlob FolderLayout::add_new_blob(const Writer& write) {
  const TempDir directory(folder_);
  const fs::path written = directory.path() / "blob";
  StoredBlob blob = write_new_file(written, write);
  move_file(written, folder_ / blob_name(blob.digest));
  return blob;
}

void FolderLayout::add_file(std::string_view name, std::string_view content) {
  const fs::path file = folder_ / name;
  if (name == index_name && fs::exists(file)) {
    write_file_atomically(file, merged_index(read_file(file, oci::largest_manifest), content));
  } else {
    write_file_atomically(file, content);
  }
}

} // namespace nixbuild::sink
