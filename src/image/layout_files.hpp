#pragma once

#include "archive/decompressed_file.hpp"
#include "image/archive_index.hpp"
#include "image/image.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace nixbuild::image {

// The files of an OCI image layout, in a folder or in an archive. Names are relative to its top:
// "blobs/sha256/<hex>".
class LayoutFiles {
public:
  LayoutFiles() = default;
  LayoutFiles(const LayoutFiles&) = delete;
  LayoutFiles& operator=(const LayoutFiles&) = delete;
  virtual ~LayoutFiles() = default;

  [[nodiscard]] virtual bool contains(const std::string& name) const = 0;

  // These throw an Error of kind corrupt when there is no such file, or it is larger than `limit`.
  [[nodiscard]] virtual std::string read(const std::string& name, std::size_t limit) const = 0;
  [[nodiscard]] virtual std::uint64_t size(const std::string& name) const = 0;
  // To be read later, when this object may be gone.
  [[nodiscard]] virtual std::shared_ptr<const LayerContent>
  layer(const std::string& name) const = 0;
};

class LayoutFolder final : public LayoutFiles {
public:
  explicit LayoutFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] bool contains(const std::string& name) const override;
  [[nodiscard]] std::string read(const std::string& name, std::size_t limit) const override;
  [[nodiscard]] std::uint64_t size(const std::string& name) const override;
  [[nodiscard]] std::shared_ptr<const LayerContent> layer(const std::string& name) const override;

private:
  std::filesystem::path folder_;
};

class LayoutArchive final : public LayoutFiles {
public:
  // `index`, which must outlive this object, is of `file`.
  LayoutArchive(std::shared_ptr<const archive::DecompressedFile> file, const ArchiveIndex& index,
                const CancelToken& cancel)
      : file_(std::move(file))
      , index_(index)
      , cancel_(cancel) {}

  [[nodiscard]] bool contains(const std::string& name) const override;
  [[nodiscard]] std::string read(const std::string& name, std::size_t limit) const override;
  [[nodiscard]] std::uint64_t size(const std::string& name) const override;
  [[nodiscard]] std::shared_ptr<const LayerContent> layer(const std::string& name) const override;

private:
  std::shared_ptr<const archive::DecompressedFile> file_;
  const ArchiveIndex& index_;
  const CancelToken& cancel_;
};

} // namespace nixbuild::image
