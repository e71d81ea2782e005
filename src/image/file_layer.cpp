#include "image/file_layer.hpp"

#include "archive/file.hpp"

#include <utility>
#include <vector>

namespace nixbuild::image {

namespace {

class FileLayer : public LayerContent {
public:
  FileLayer(std::filesystem::path file, std::string identity)
      : file_(std::move(file))
      , identity_(std::move(identity)) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    archive::FileSource source(archive::File::open(file_));
    std::vector<std::byte> buffer(std::size_t{256} << 10U);
    while (const std::size_t got = source.read(buffer)) {
      cancel.throw_if_cancelled();
      sink.write(std::span(buffer).first(got));
    }
  }

  [[nodiscard]] std::string identity() const override { return identity_; }

private:
  std::filesystem::path file_;
  std::string identity_;
};

} // namespace

std::shared_ptr<const LayerContent> file_layer(std::filesystem::path file, std::string identity) {
  return std::make_shared<FileLayer>(std::move(file), std::move(identity));
}

} // namespace nixbuild::image
