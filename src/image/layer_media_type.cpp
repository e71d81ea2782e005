#include "image/layer_media_type.hpp"

#include "oci/manifest.hpp"

namespace nixbuild::image {

std::string_view layer_media_type(archive::Compression compression) {
  switch (compression) {
  case archive::Compression::gzip:
    return oci::media_type::layer_gzip;
  case archive::Compression::zstd:
    return oci::media_type::layer_zstd;
  case archive::Compression::none:
  case archive::Compression::xz:
    break;
  }
  return oci::media_type::layer;
}

} // namespace nixbuild::image
