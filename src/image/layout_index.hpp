#pragma once

#include "image/layout_files.hpp"
#include "oci/manifest_reader.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace nixbuild::image {

// Reads metadata of a layout and checks it. All that one reader reads is bounded.
class LayoutReader {
public:
  explicit LayoutReader(const LayoutFiles& files) : files_(files) {}

  [[nodiscard]] const LayoutFiles& files() const noexcept { return files_; }
  [[nodiscard]] bool has(const oci::Descriptor& blob) const;

  // "blobs/sha256/<hex>"
  [[nodiscard]] static std::string name_of(const oci::Descriptor& blob);

  // A file that no digest speaks for.
  [[nodiscard]] std::string read(const std::string& name);
  // A blob of at most `limit` bytes; throws an Error of kind corrupt unless it has the size and
  // the digest that its descriptor says.
  [[nodiscard]] std::string read(const oci::Descriptor& blob, std::size_t limit);

private:
  void count(std::size_t bytes);
  const LayoutFiles& files_;
  std::size_t bytes_ = 0;
};

// An image's manifest somewhere in a layout.
struct ListedManifest {
  oci::Descriptor descriptor;
  std::string text; // of the manifest; empty unless it had to be read to know its platform
  oci::Platform platform;
  std::string name; // that the layout's index gives it, or the index that it is in
};

// All of a layout's images, in order. Attestations and what is no image are left out, and so are
// manifests that are missing, unless index.json names them itself.
[[nodiscard]] std::vector<ListedManifest> list_manifests(LayoutReader& reader);

} // namespace nixbuild::image
