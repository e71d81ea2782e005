#pragma once

#include "archive/stream.hpp"
#include "http/web.hpp"
#include "oci/digest.hpp"
#include "oci/reference.hpp"
#include "support/cancel.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// One repository of a registry, as the OCI distribution specification 1.1 has it.
namespace nixbuild::registry {

// Who we are to a registry; all empty: nobody.
struct Credentials {
  std::string username;
  std::string password;
  std::string identity_token; // an OAuth2 refresh token
  std::string registry_token; // a bearer token that is ready for use
};

struct Settings {
  // Plain HTTP where the registry speaks no TLS, and no look at its certificate where it does.
  // Registries of this machine (localhost, 127.0.0.0/8, ::1) are spoken to in plain HTTP anyway
  // where they do not speak TLS.
  bool insecure = false;
  std::optional<std::filesystem::path> authorities; // of certificates, beside the system's
};

struct StoredManifest {
  oci::Digest digest;
  std::string media_type;
  std::string text; // empty when only asked whether it is there
};

// Writes all bytes of a blob, the same each time it is called: an upload that broke is gone on
// with.
using BlobWriter = std::function<void(archive::Sink&)>;

struct UploadedBlob {
  oci::Digest digest;
  std::uint64_t size = 0;
};

// Thread-safe. Calls throw an Error: refused with the registry's own words as detail when it will
// not (with a remedy as hint for what we know: no login, expired token, no such repository),
// unavailable when it cannot be reached after several tries, corrupt for answers that make no
// sense, cancelled.
class Repository {
public:
  Repository() = default;
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  virtual ~Repository() = default;

  // `reference` is a tag or a digest. Nothing when there is none.
  [[nodiscard]] virtual std::optional<StoredManifest> find_manifest(const std::string& reference,
                                                                    const CancelToken& cancel) = 0;
  // The same by HEAD: its text is empty.
  [[nodiscard]] virtual std::optional<StoredManifest> stat_manifest(const std::string& reference,
                                                                    const CancelToken& cancel) = 0;
  [[nodiscard]] virtual bool has_blob(const oci::Digest& digest, const CancelToken& cancel) = 0;
  // A small blob, `limit` bytes at most; its digest is checked.
  [[nodiscard]] virtual std::string blob(const oci::Digest& digest, std::size_t limit,
                                         const CancelToken& cancel) = 0;

  // Whether the blob is now here too, from the repository `path` of the same registry.
  [[nodiscard]] virtual bool mount_blob(const oci::Digest& digest, const std::string& path,
                                        const CancelToken& cancel) = 0;

  // Uploads a blob that is known.
  virtual void upload_blob(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
                           const CancelToken& cancel) = 0;
  // Uploads one whose digest and size only its bytes tell. A small one that is there already is
  // not sent.
  [[nodiscard]] virtual UploadedBlob upload_new_blob(const BlobWriter& writer,
                                                     const CancelToken& cancel) = 0;

  // `reference` is a tag, or the digest of `text`.
  virtual void put_manifest(const std::string& reference, const std::string& media_type,
                            const std::string& text, const CancelToken& cancel) = 0;
};

// The repository of `name`. Nothing is sent before it is needed. `web` must live longer.
[[nodiscard]] std::unique_ptr<Repository> open_repository(http::Web& web,
                                                          const oci::Reference& name,
                                                          Credentials credentials,
                                                          Settings settings);

} // namespace nixbuild::registry
