#pragma once

#include "fakes/image_archive.hpp"
#include "fakes/tar_builder.hpp"
#include "oci/digest.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::tests {

// Makes an OCI image layout, well-formed unless a test changes it, as a folder or as an archive.
class LayoutBuilder {
public:
  LayoutBuilder() { files["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})"; }

  // Adds a blob and returns the JSON of its descriptor; `more` are further members of it.
  std::string blob(const std::string& content, const std::string& media_type,
                   const std::string& more = "") {
    const oci::Digest digest = oci::Digest::of(content);
    files["blobs/sha256/" + std::string(digest.hex())] = content;
    return format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", media_type, digest.str(),
                  content.size(), more);
  }

  // Adds an image and returns the JSON of its manifest's descriptor. A layer is (blob, diff ID,
  // media type).
  struct LayerBlob {
    std::string content;
    std::string diff_id;
    std::string media_type = "application/vnd.oci.image.layer.v1.tar";
  };
  static LayerBlob plain(const std::string& content) {
    return {.content = content, .diff_id = oci::Digest::of(content).str()};
  }
  std::string image(const std::vector<LayerBlob>& layers, const std::string& architecture = "amd64",
                    const std::string& more = "") {
    std::vector<std::string> diff_ids;
    std::string list;
    for (const LayerBlob& layer : layers) {
      diff_ids.push_back(layer.diff_id);
      list += (list.empty() ? "" : ",") + blob(layer.content, layer.media_type);
    }
    const std::string config = blob(fakes::config_json(diff_ids, architecture),
                                    "application/vnd.oci.image.config.v1+json");
    return blob(R"({"schemaVersion":2,"config":)" + config + R"(,"layers":[)" + list + "]}",
                "application/vnd.oci.image.manifest.v1+json", more);
  }

  // Adds an index of these descriptors and returns the JSON of its own.
  std::string index(const std::string& descriptors, const std::string& more = "") {
    return blob(R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}",
                "application/vnd.oci.image.index.v1+json", more);
  }

  // Ends the layout with an index.json of these descriptors.
  LayoutBuilder& top(const std::string& descriptors) {
    files["index.json"] = R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}";
    return *this;
  }

  void write_folder(const std::filesystem::path& folder) const {
    for (const auto& [name, content] : files) {
      std::filesystem::create_directories((folder / name).parent_path());
      std::ofstream(folder / name, std::ios::binary) << content;
    }
  }
  [[nodiscard]] std::string archive() const {
    fakes::TarBuilder tar;
    for (const auto& [name, content] : files)
      tar.file(name, content);
    return tar.finished();
  }

  std::map<std::string, std::string> files;
};

inline std::string platform_member(const std::string& architecture,
                                   const std::string& variant = "") {
  return format(R"(,"platform":{{"os":"linux","architecture":"{}","variant":"{}"}})", architecture,
                variant);
}

inline std::string named(const std::string& name) {
  return format(R"(,"annotations":{{"io.containerd.image.name":"{}"}})", name);
}

} // namespace nixbuild::tests
