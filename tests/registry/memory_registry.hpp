#pragma once

#include "fakes/fake_web.hpp"
#include "oci/digest.hpp"

#include <charconv>
#include <map>
#include <string>
#include <string_view>

namespace nixbuild::registry::testing {

// A registry that keeps everything in memory, with one repository "team/app" and another,
// "team/base", to mount from.
class MemoryRegistry {
public:
  using Request = fakes::WebRequest;
  using Reply = fakes::WebReply;

  std::map<std::string, std::string> blobs;     // of team/app, by digest
  std::map<std::string, std::string> others;    // of team/base
  std::map<std::string, std::string> manifests; // by tag and digest
  std::map<std::string, std::string> types;     // of manifests
  std::map<std::string, std::string> uploads;   // by id
  std::string origin = "https://registry.example";
  std::string upload_origin; // of locations; empty: relative ones
  std::string least_piece;   // OCI-Chunk-Min-Length
  bool knows_pieces = true;

  Reply operator()(const Request& request) {
    if (!request.url.starts_with(origin + prefix) &&
        (upload_origin.empty() || !request.url.starts_with(upload_origin + prefix)))
      return {.status = 404};
    std::string_view rest = std::string_view(request.url);
    rest.remove_prefix(rest.find(prefix) + prefix.size());
    const std::string path(rest.substr(0, rest.find('?')));
    const std::string query(rest.substr(std::min(path.size() + 1, rest.size())));
    if (path.starts_with("blobs/uploads/")) return upload(request, path.substr(14), query);
    if (path.starts_with("blobs/")) return find(blobs, path.substr(6), request.method);
    if (path.starts_with("manifests/")) return manifest(request, path.substr(10));
    return {.status = 404};
  }

  static std::string parameter(const std::string& query, const std::string& name) {
    const std::size_t start = ("&" + query).find("&" + name + "=");
    if (start == std::string::npos) return {};
    const std::size_t value = start + name.size() + 1;
    std::string text = query.substr(value, query.find('&', value) - value);
    for (std::size_t at; (at = text.find("%3A")) != std::string::npos;)
      text.replace(at, 3, ":");
    for (std::size_t at; (at = text.find("%2F")) != std::string::npos;)
      text.replace(at, 3, "/");
    return text;
  }

private:
  inline static const std::string prefix = "/v2/team/app/";

  static Reply find(const std::map<std::string, std::string>& all, const std::string& name,
                    const std::string& method) {
    const auto found = all.find(name);
    if (found == all.end())
      return {.status = 404,
              .body = R"({"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown"}]})"};
    return {.body = method == "HEAD" ? std::string() : found->second};
  }

  Reply manifest(const Request& request, const std::string& reference) {
    if (request.method == "PUT") {
      const std::string digest = oci::Digest::of(request.body).str();
      manifests[reference] = manifests[digest] = request.body;
      types[reference] = types[digest] = request.header("Content-Type");
      return {.status = 201, .headers = {{"Docker-Content-Digest", digest}}};
    }
    Reply reply = find(manifests, reference, request.method);
    if (reply.status == 200)
      reply.headers = {{"Content-Type", types[reference] + "; charset=utf-8"},
                       {"Docker-Content-Digest", oci::Digest::of(manifests[reference]).str()}};
    return reply;
  }

  Reply progress(int status, const std::string& id) {
    const std::size_t size = uploads[id].size();
    return {.status = status,
            .headers = {{"Location", upload_origin + prefix + "blobs/uploads/" + id +
                                         "?state=" + std::to_string(size)},
                        {"Range", "0-" + std::to_string(size == 0 ? 0 : size - 1)}}};
  }

  Reply upload(const Request& request, const std::string& id, const std::string& query) {
    if (request.method == "POST") {
      const std::string mount = parameter(query, "mount");
      if (!mount.empty() && parameter(query, "from") == "team/base" && others.contains(mount)) {
        blobs[mount] = others[mount];
        return {.status = 201};
      }
      const std::string begun = "u" + std::to_string(next_++);
      uploads[begun];
      Reply reply = progress(202, begun);
      if (!least_piece.empty()) reply.headers.emplace_back("OCI-Chunk-Min-Length", least_piece);
      return reply;
    }
    const auto found = uploads.find(id);
    if (found == uploads.end())
      return {.status = 404,
              .body = R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"no upload"}]})"};
    if (request.method == "GET") return progress(204, id);
    if (parameter(query, "state") != std::to_string(found->second.size())) return {.status = 416};
    if (request.method == "PATCH") {
      if (!knows_pieces) return {.status = 405};
      const std::string range = request.header("Content-Range");
      if (range.substr(0, range.find('-')) != std::to_string(found->second.size()))
        return {.status = 416};
      found->second += request.body;
      return progress(202, id);
    }
    const std::string digest = parameter(query, "digest");
    const std::string content = found->second + request.body;
    if (oci::Digest::of(content).str() != digest)
      return {.status = 400,
              .body = R"({"errors":[{"code":"DIGEST_INVALID","message":"digest did not match"}]})"};
    blobs[digest] = content;
    uploads.erase(found);
    return {.status = 201};
  }

  int next_ = 0;
};

} // namespace nixbuild::registry::testing
