#pragma once

#include "archive/stream.hpp"
#include "archive/tar_writer.hpp"
#include "oci/digest.hpp"
#include "support/files.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace nixbuild::sink {

struct StoredBlob {
  oci::Digest digest;
  std::uint64_t size = 0;
};

// Where an OCI image layout is written to. Layers come first and "index.json" last. Throws an Error
// of kind io or no_space, and what writers throw.
class LayoutOutput {
public:
  using Writer = std::function<void(archive::Sink&)>;

  LayoutOutput() = default;
  LayoutOutput(const LayoutOutput&) = delete;
  LayoutOutput& operator=(const LayoutOutput&) = delete;
  virtual ~LayoutOutput() = default;

  // A blob that is known; `write` checks it. Not written again where it is there.
  virtual void add_blob(const oci::Digest& digest, std::uint64_t size, const Writer& write) = 0;
  // One whose digest only its bytes tell.
  [[nodiscard]] virtual StoredBlob add_new_blob(const Writer& write) = 0;
  // Another file of the layout.
  virtual void add_file(std::string_view name, std::string_view content) = 0;
  virtual void finish() = 0;
};

// As a tar.
class TarLayout final : public LayoutOutput {
public:
  // `out` must live longer.
  explicit TarLayout(archive::Sink& out) : out_(out), tar_(out) {}

  void add_blob(const oci::Digest& digest, std::uint64_t size, const Writer& write) override;
  [[nodiscard]] StoredBlob add_new_blob(const Writer& write) override;
  void add_file(std::string_view name, std::string_view content) override;
  void finish() override { tar_.finish(); }

private:
  archive::Sink& out_;
  archive::TarWriter tar_;
};

// As a folder, which is made. One that is there may have a layout, whose other images stay, or
// nothing; an Error of kind invalid_input says that it has something else.
class FolderLayout final : public LayoutOutput {
public:
  explicit FolderLayout(std::filesystem::path folder);

  void add_blob(const oci::Digest& digest, std::uint64_t size, const Writer& write) override;
  [[nodiscard]] StoredBlob add_new_blob(const Writer& write) override;
  void add_file(std::string_view name, std::string_view content) override;
  void finish() override {}

private:
  std::filesystem::path folder_;
};

} // namespace nixbuild::sink
