#pragma once

#include "archive/decompress.hpp"
#include "archive/file.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <memory>

namespace nixbuild::archive {

// The bytes of a file, decompressed where it is compressed, readable from any offset by several
// threads at once.
//
// Reading a plain file somewhere costs nothing. Of a compressed one everything before must be
// decompressed first, so a source that is given back leaves its decoder here, and the next one
// that wants bytes further on continues it: reading parts one after the other, in ascending
// order, decompresses the file once. Whoever finds no decoder that stands before its offset, or
// finds it in use, starts at the beginning of the file with a new one.
class DecompressedFile {
public:
  // Throws an Error as File::open, io when its first bytes cannot be read.
  explicit DecompressedFile(const std::filesystem::path& path);
  ~DecompressedFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_->path(); }
  [[nodiscard]] Compression compression() const noexcept { return compression_; }

  // The bytes from `offset` on; none when the file ends before. This object must outlive the
  // source, whose calls throw an Error of kind cancelled once cancelled.
  [[nodiscard]] std::unique_ptr<Source> open_at(std::uint64_t offset,
                                                const CancelToken& cancel) const;

private:
  class Decoder;
  class Lease;
  class IdleDecoder;
  std::shared_ptr<const File> file_;
  Compression compression_;
  std::unique_ptr<IdleDecoder> idle_;
};

} // namespace nixbuild::archive
