#include "registry/manifests.hpp"

#include "registry/errors.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace nixbuild::registry {

namespace {

// Registries must take 4 MiB.
constexpr std::size_t largest_manifest = std::size_t{8} << 20U;

constexpr std::string_view manifest_types =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

Call manifest_call(std::string method, const std::string& reference) {
  return {.request = {.method = std::move(method),
                      .headers = {{"Accept", std::string(manifest_types)}}},
          .url = "/manifests/" + reference,
          .limit = largest_manifest};
}

std::string media_type_of(const http::ResponseHead& head) {
  std::string type = head.header("Content-Type").value_or("");
  type.resize(std::min(type.find_first_of("; "), type.size()));
  return type;
}

void check_same(const oci::Digest& wanted, const oci::Digest& got, const Session& session) {
  if (wanted == got) return;
  throw Error(ErrorKind::corrupt, format("{} answered with {} where {} was asked for",
                                         session.domain(), got.str(), wanted.str()));
}

bool is_index(std::string_view media_type) {
  return media_type.find(".index.") != std::string_view::npos ||
         media_type.find(".list.") != std::string_view::npos;
}

// Some registries answer with another status than 201, but all with one of these headers.
bool is_stored(const http::ResponseHead& head) {
  if (head.status == 201) return true;
  return head.status >= 200 && head.status < 300 &&
         (head.header("Docker-Content-Digest") || head.header("Location"));
}

// The manifests that an index lists were taken before it, so it is not about the name.
bool does_not_know_the_type(const http::Response& answer) {
  const int status = answer.head.status;
  if (status != 400 && status != 404 && status != 405 && status != 415 && status != 422)
    return false;
  constexpr std::array<std::string_view, 4> other_reasons{"_UNKNOWN", "DENIED", "UNAUTHORIZED",
                                                          "DIGEST_INVALID"};
  const auto complaints = parse_complaints(answer.body);
  return std::ranges::none_of(complaints, [&](const Complaint& complaint) {
    return std::ranges::any_of(other_reasons, [&](std::string_view reason) {
      return complaint.code.find(reason) != std::string::npos;
    });
  });
}

} // namespace

std::optional<StoredManifest> find_manifest(Session& session, const std::string& reference,
                                            const CancelToken& cancel) {
  http::Response answer = session.send(manifest_call("GET", reference), cancel);
  if (answer.head.status == 404) return std::nullopt;
  if (answer.head.status != 200)
    throw refusal(format("read {}:{}", session.name(), reference), session.domain(), answer);
  const oci::Digest digest = oci::Digest::of(answer.body);
  if (const auto wanted = oci::Digest::parse(reference)) check_same(*wanted, digest, session);
  return StoredManifest{
      .digest = digest, .media_type = media_type_of(answer.head), .text = std::move(answer.body)};
}

std::optional<StoredManifest> stat_manifest(Session& session, const std::string& reference,
                                            const CancelToken& cancel) {
  const http::Response answer = session.send(manifest_call("HEAD", reference), cancel);
  if (answer.head.status == 404) return std::nullopt;
  if (answer.head.status != 200)
    throw refusal(format("look for {}:{}", session.name(), reference), session.domain(), answer);
  const auto digest = oci::Digest::parse(answer.head.header("Docker-Content-Digest").value_or(""));
  if (!digest) {
    auto found = find_manifest(session, reference, cancel);
    if (found) found->text.clear();
    return found;
  }
  if (const auto wanted = oci::Digest::parse(reference)) check_same(*wanted, *digest, session);
  return StoredManifest{.digest = *digest, .media_type = media_type_of(answer.head), .text = {}};
}

void put_manifest(Session& session, const std::string& reference, const std::string& media_type,
                  const std::string& text, const CancelToken& cancel) {
  const http::Response answer = session.send(
      {.request = {.method = "PUT", .headers = {{"Content-Type", media_type}}, .body = text},
       .url = "/manifests/" + reference,
       .access = Access::write},
      cancel);
  if (!is_stored(answer.head)) {
    Error error = refusal(format("put a manifest into {} as {}", session.name(), reference),
                          session.domain(), answer);
    if (answer.head.status < 300)
      throw std::move(error).with_hint(
          "does something else answer in the registry's place, as the login page of a network?");
    if (is_index(media_type) && does_not_know_the_type(answer))
      throw std::move(error).with_hint("does this registry take images for several platforms? "
                                       "Push each platform under a tag of its own");
    throw error;
  }
  const auto stored = oci::Digest::parse(answer.head.header("Docker-Content-Digest").value_or(""));
  if (stored) check_same(oci::Digest::of(text), *stored, session);
}

std::string read_blob(Session& session, const oci::Digest& digest, std::size_t limit,
                      const CancelToken& cancel) {
  http::Response answer = session.send(
      {.request = {.method = "GET"}, .url = "/blobs/" + digest.str(), .limit = limit}, cancel);
  if (answer.head.status != 200)
    throw refusal(format("read a blob of {}", session.name()), session.domain(), answer);
  check_same(digest, oci::Digest::of(answer.body), session);
  return std::move(answer.body);
}

} // namespace nixbuild::registry
