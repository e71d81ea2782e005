#include "image/archived_layer.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <utility>

namespace nixbuild::image {

namespace {

class ArchivedLayer final : public LayerContent {
public:
  ArchivedLayer(std::shared_ptr<const archive::DecompressedFile> file, std::uint64_t offset,
                std::uint64_t size)
      : file_(std::move(file))
      , offset_(offset)
      , size_(size) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    const auto source = file_->open_at(offset_, cancel);
    archive::LimitedSource content(*source, size_);
    if (archive::copy(content, sink) != size_) {
      throw Error(ErrorKind::corrupt,
                  format("{} became shorter while it was read", file_->path().string()));
    }
  }

private:
  std::shared_ptr<const archive::DecompressedFile> file_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

} // namespace

std::shared_ptr<const LayerContent>
archived_layer(std::shared_ptr<const archive::DecompressedFile> file, std::uint64_t offset,
               std::uint64_t size) {
  return std::make_shared<ArchivedLayer>(std::move(file), offset, size);
}

} // namespace nixbuild::image
