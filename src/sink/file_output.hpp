#pragma once

#include "archive/tar_reader.hpp"
#include "archive/tar_writer.hpp"
#include "progress/reporter.hpp"
#include "support/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::sink {

// Takes the files of an image. Throws an Error of kind io or no_space, and what `content` throws.
class FileOutput {
public:
  FileOutput() = default;
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;
  virtual ~FileOutput() = default;

  // A file with its content. Its name, and the link target of a hard link, are relative without
  // "." and ".." and go through no symbolic link of the image. Hard links come after what they
  // lead to, but folders may come after what is in them.
  virtual void add(const archive::TarEntry& entry, archive::Source& content) = 0;
};

// Into a tar.
class TarFiles final : public FileOutput {
public:
  // `out` must live longer.
  explicit TarFiles(archive::Sink& out) : out_(out), tar_(out) {}

  void add(const archive::TarEntry& entry, archive::Source& content) override;
  void finish() { tar_.finish(); }

private:
  archive::Sink& out_;
  archive::TarWriter tar_;
};

// Into a folder, which is made; an Error of kind invalid_input says that it is not empty. Nothing
// is written outside of it. All files become the caller's, as BuildKit's exporter has it; devices
// are left out, with a notice, unless the caller may make them.
class FolderFiles final : public FileOutput {
public:
  // `reporter` must live longer.
  FolderFiles(std::filesystem::path folder, progress::Reporter& reporter);

  void add(const archive::TarEntry& entry, archive::Source& content) override;
  // Gives the folders their modes and dates.
  void finish();

private:
  struct Place {
    UniqueFd parent;
    std::string name;
  };
  [[nodiscard]] UniqueFd open_folder(const std::string& path, bool make) const;
  [[nodiscard]] Place place_of(const std::string& name) const;
  void add_file(const Place& place, const archive::TarEntry& entry, archive::Source& content) const;
  void add_device(const Place& place, const archive::TarEntry& entry);
  [[noreturn]] void fail(const std::string& name) const;
  void require(int status, const std::string& name) const;

  std::filesystem::path folder_;
  progress::Reporter& reporter_;
  UniqueFd top_;
  std::vector<std::pair<std::string, archive::TarAttributes>> folders_;
};

} // namespace nixbuild::sink
