#pragma once

#include "oci/digest.hpp"
#include "registry/pieced_upload.hpp"
#include "registry/repository.hpp"
#include "registry/session.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace nixbuild::registry {

// Puts blobs into a repository. Thread-safe.
class Uploader {
public:
  // What is no larger than `piece_size` is sent as one; more is sent in pieces of that size, which
  // are kept in memory until the registry has them.
  Uploader(Session& session, std::size_t piece_size) : session_(session), piece_size_(piece_size) {}

  // See Repository.
  [[nodiscard]] bool mount(const oci::Digest& digest, const std::string& path,
                           const CancelToken& cancel);
  void upload(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
              const CancelToken& cancel);
  [[nodiscard]] UploadedBlob upload_new(const BlobWriter& writer, const CancelToken& cancel);

  [[nodiscard]] bool has(const oci::Digest& digest, const CancelToken& cancel);

private:
  // The location of an upload of that blob that was begun already; empty when there is none.
  [[nodiscard]] std::string take_begun(const oci::Digest& digest);
  [[nodiscard]] PiecedUpload::Begun read_begun(const http::Response& answer,
                                               const CancelToken& cancel);
  [[nodiscard]] PiecedUpload::Begun begin(const CancelToken& cancel);
  [[nodiscard]] PiecedUpload::Begun begin(const oci::Digest& digest, const CancelToken& cancel);
  void upload_whole(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
                    const CancelToken& cancel);

  Session& session_;
  const std::size_t piece_size_;
  std::mutex mutex_;
  std::map<oci::Digest, std::string> begun_; // by mounts that did not succeed
};

} // namespace nixbuild::registry
