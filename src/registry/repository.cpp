#include "registry/repository.hpp"

#include "registry/manifests.hpp"
#include "registry/open_repository.hpp"
#include "registry/session.hpp"
#include "registry/upload.hpp"

#include <utility>

namespace nixbuild::registry {

namespace {

class RemoteRepository final : public Repository {
public:
  RemoteRepository(http::Web& web, const oci::Reference& name, Credentials credentials,
                   Settings settings, UploadManners manners)
      : session_(web, name, std::move(credentials), std::move(settings),
                 std::move(manners.patience))
      , uploader_(session_, manners.piece_size) {}

  std::optional<StoredManifest> find_manifest(const std::string& reference,
                                              const CancelToken& cancel) override {
    return registry::find_manifest(session_, reference, cancel);
  }
  std::optional<StoredManifest> stat_manifest(const std::string& reference,
                                              const CancelToken& cancel) override {
    return registry::stat_manifest(session_, reference, cancel);
  }
  bool has_blob(const oci::Digest& digest, const CancelToken& cancel) override {
    return uploader_.has(digest, cancel);
  }
  std::string blob(const oci::Digest& digest, std::size_t limit,
                   const CancelToken& cancel) override {
    return read_blob(session_, digest, limit, cancel);
  }
  bool mount_blob(const oci::Digest& digest, const std::string& path,
                  const CancelToken& cancel) override {
    return uploader_.mount(digest, path, cancel);
  }
  void upload_blob(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
                   const CancelToken& cancel) override {
    uploader_.upload(digest, size, writer, cancel);
  }
  UploadedBlob upload_new_blob(const BlobWriter& writer, const CancelToken& cancel) override {
    return uploader_.upload_new(writer, cancel);
  }
  void put_manifest(const std::string& reference, const std::string& media_type,
                    const std::string& text, const CancelToken& cancel) override {
    registry::put_manifest(session_, reference, media_type, text, cancel);
  }

private:
  Session session_;
  Uploader uploader_;
};

} // namespace

std::unique_ptr<Repository> open_repository(http::Web& web, const oci::Reference& name,
                                            Credentials credentials, Settings settings) {
  return open_repository(web, name, std::move(credentials), std::move(settings), UploadManners());
}

std::unique_ptr<Repository> open_repository(http::Web& web, const oci::Reference& name,
                                            Credentials credentials, Settings settings,
                                            UploadManners manners) {
  return std::make_unique<RemoteRepository>(web, name, std::move(credentials), std::move(settings),
                                            std::move(manners));
}

} // namespace nixbuild::registry
