#pragma once

#include "fakes/image_archive.hpp"
#include "image/image.hpp"

#include <memory>
#include <string>
#include <vector>

namespace nixbuild::fakes {

// A layer whose bytes are a text, written in pieces.
class MemoryLayer final : public image::LayerContent {
public:
  explicit MemoryLayer(std::string text, std::size_t piece = 65536)
      : text_(std::move(text))
      , piece_(piece) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    for (std::size_t at = 0; at < text_.size(); at += piece_) {
      cancel.throw_if_cancelled();
      sink.write(std::as_bytes(std::span(text_)).subspan(at, std::min(piece_, text_.size() - at)));
    }
  }

private:
  std::string text_;
  std::size_t piece_;
};

inline image::Layer memory_layer(const std::string& text) {
  const oci::Digest digest = oci::Digest::of(text);
  return {.diff_id = digest,
          .digest = digest,
          .size = text.size(),
          .media_type = "application/vnd.oci.image.layer.v1.tar",
          .content = std::make_shared<MemoryLayer>(text)};
}

// An image whose layers hold `layers`, which need not be tars.
inline image::Image memory_image(const std::vector<std::string>& layers) {
  const std::string config = config_of(layers);
  image::Image image{.config = config,
                     .config_digest = oci::Digest::of(config),
                     .platform = {.os = "linux", .architecture = "amd64", .variant = {}},
                     .layers = {},
                     .names = {}};
  for (const std::string& layer : layers)
    image.layers.push_back(memory_layer(layer));
  return image;
}

} // namespace nixbuild::fakes
