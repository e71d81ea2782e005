#include "registry/upload.hpp"

#include "archive/hashing_sink.hpp"
#include "registry/errors.hpp"
#include "registry/retry.hpp"
#include "registry/url.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <charconv>
#include <utility>

namespace nixbuild::registry {

namespace {

constexpr std::string_view uploads = "/blobs/uploads/";

class CountingSink final : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override { size += data.size(); }
  std::uint64_t size = 0;
};

BlobWriter writer_of(std::string_view bytes) {
  return [bytes](archive::Sink& sink) { sink.write(std::as_bytes(std::span(bytes))); };
}

Call beginning() {
  return {.request = {.method = "POST"}, .url = std::string(uploads), .access = Access::write};
}

std::size_t least_piece_of(const http::ResponseHead& head) {
  const std::string text = head.header("OCI-Chunk-Min-Length").value_or("");
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  return error == std::errc() && end == text.data() + text.size() ? size : 0;
}

// Calls `round()`, again when the upload is lost.
template <class Round>
auto in_rounds(PiecedUpload& pieces, Round round) {
  while (true) {
    try {
      return round();
    } catch (...) {
      // A writer may put it in its own words.
      if (!pieces.must_repeat()) throw;
    }
    pieces.repeat();
  }
}

} // namespace

bool Uploader::has(const oci::Digest& digest, const CancelToken& cancel) {
  const http::Response answer =
      session_.send({.request = {.method = "HEAD"}, .url = "/blobs/" + digest.str()}, cancel);
  if (answer.head.status == 200) return true;
  if (answer.head.status == 404) return false;
  throw refusal(format("look for a blob of {}", session_.name()), session_.domain(), answer);
}

bool Uploader::mount(const oci::Digest& digest, const std::string& path,
                     const CancelToken& cancel) {
  const std::string url =
      with_parameter(with_parameter(std::string(uploads), "mount", digest.str()), "from", path);
  try {
    const http::Response answer = session_.send(
        {.request = {.method = "POST"}, .url = url, .access = Access::write, .also_read = path},
        cancel);
    if (answer.head.status == 201) return true;
    if (answer.head.status != 202) return false;
    std::string location = session_.locate(url, answer.head, cancel);
    const std::scoped_lock lock(mutex_);
    begun_.insert_or_assign(digest, std::move(location));
    return false;
  } catch (const Error& error) {
    // We may not read the other repository.
    if (error.kind() != ErrorKind::refused) throw;
    return false;
  }
}

std::string Uploader::take_begun(const oci::Digest& digest) {
  const std::scoped_lock lock(mutex_);
  auto begun = begun_.extract(digest);
  return begun ? std::move(begun.mapped()) : std::string();
}

PiecedUpload::Begun Uploader::read_begun(const http::Response& answer, const CancelToken& cancel) {
  if (answer.head.status != 202)
    throw refusal(format("begin an upload to {}", session_.name()), session_.domain(), answer);
  return {.location = session_.locate(std::string(uploads), answer.head, cancel),
          .least_piece = least_piece_of(answer.head)};
}

PiecedUpload::Begun Uploader::begin(const CancelToken& cancel) {
  return read_begun(session_.send(beginning(), cancel), cancel);
}

PiecedUpload::Begun Uploader::begin(const oci::Digest& digest, const CancelToken& cancel) {
  std::string location = take_begun(digest);
  if (location.empty()) return begin(cancel);
  return {.location = std::move(location)};
}

void Uploader::upload(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
                      const CancelToken& cancel) {
  if (size <= piece_size_) return upload_whole(digest, size, writer, cancel);
  PiecedUpload pieces(session_, [&] { return begin(digest, cancel); }, piece_size_, cancel);
  try {
    in_rounds(pieces, [&] {
      writer(pieces);
      if (pieces.size() != size)
        throw Error(ErrorKind::internal,
                    format("a blob of {} bytes was announced with {}", pieces.size(), size));
      pieces.finish(digest.str());
    });
  } catch (...) {
    if (!pieces.refused_pieces()) throw;
    upload_whole(digest, size, writer, cancel);
  }
}

UploadedBlob Uploader::upload_new(const BlobWriter& writer, const CancelToken& cancel) {
  PiecedUpload pieces(session_, [&] { return begin(cancel); }, piece_size_, cancel);
  try {
    return in_rounds(pieces, [&]() -> UploadedBlob {
      archive::HashingSink hash(pieces);
      writer(hash);
      UploadedBlob blob{.digest = oci::Digest::from_hex(hash.finish()), .size = pieces.size()};
      if (!pieces.all_in_memory()) {
        pieces.finish(blob.digest.str());
      } else if (!has(blob.digest, cancel)) {
        upload_whole(blob.digest, blob.size, writer_of(pieces.in_memory()), cancel);
      }
      return blob;
    });
  } catch (...) {
    if (!pieces.refused_pieces()) throw;
  }
  CountingSink count;
  archive::HashingSink hash(count);
  writer(hash);
  UploadedBlob blob{.digest = oci::Digest::from_hex(hash.finish()), .size = count.size};
  upload_whole(blob.digest, blob.size, writer, cancel);
  return blob;
}

void Uploader::upload_whole(const oci::Digest& digest, std::uint64_t size, const BlobWriter& writer,
                            const CancelToken& cancel) {
  const http::Response answer = retrying(session_.patience(), cancel, [&] {
    std::string location = take_begun(digest);
    if (location.empty()) {
      http::Response begun = session_.send_once(beginning(), cancel);
      if (is_passing(begun.head.status)) return begun;
      location = read_begun(begun, cancel).location;
    }
    http::Request request{.method = "PUT",
                          .headers = {{"Content-Type", "application/octet-stream"}},
                          .stream = writer,
                          .stream_size = size};
    return session_.send_once({.request = std::move(request),
                               .url = with_parameter(location, "digest", digest.str()),
                               .access = Access::write},
                              cancel);
  });
  if (answer.head.status != 201 && answer.head.status != 204 && answer.head.status != 202)
    throw refusal(format("upload a blob of {}", session_.name()), session_.domain(), answer);
}

} // namespace nixbuild::registry
