#include "image/file_search.hpp"

#include "archive/decompress.hpp"
#include "archive/tar_reader.hpp"
#include "archive/written_source.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_file = std::size_t{4} << 20U;
constexpr int most_links = 16;
constexpr std::string_view removed_prefix = ".wh."; // OCI image-spec layer.md, "Whiteouts"
constexpr std::string_view opaque_name = ".wh..wh..opq";

// Of a tar's member: absolute, without "." and "..".
std::string absolute(const std::string& name) {
  const fs::path path = (fs::path("/") / fs::path(name).relative_path()).lexically_normal();
  std::string text = path.string();
  while (text.size() > 1 && text.ends_with('/'))
    text.pop_back();
  return text;
}

archive::Compression compression_of(const Layer& layer) {
  if (layer.media_type.ends_with("gzip")) return archive::Compression::gzip;
  if (layer.media_type.ends_with("zstd")) return archive::Compression::zstd;
  return archive::Compression::none;
}

std::unique_ptr<archive::Source> bytes_of(const Layer& layer, const CancelToken& cancel) {
  auto source = std::make_unique<archive::WrittenSource>(
      [&layer, &cancel](archive::Sink& sink) { layer.content->write_to(sink, cancel); });
  const archive::Compression compression = compression_of(layer);
  if (compression == archive::Compression::none) return source;
  return archive::decompress(std::move(source), compression);
}

std::string content_of(archive::TarReader& tar, const archive::TarEntry& entry) {
  if (entry.size > largest_file) {
    throw Error(ErrorKind::corrupt, format("{} of the image is larger than {}", entry.name,
                                           format_bytes(largest_file)));
  }
  std::string text(entry.size, '\0');
  if (archive::read_full(tar, std::as_writable_bytes(std::span(text))) != text.size())
    throw Error(ErrorKind::corrupt, format("{} of the image ends too early", entry.name));
  return text;
}

// What a layer says of a path.
struct Finding {
  enum class Kind { file, link, gone };
  Kind kind = Kind::gone;
  std::string text = {};  // content, or the path that is to be looked up instead
  bool of_folder = false; // a link on the way
};

// A path that is wanted, or a folder on the way to one, which may be a link.
std::vector<std::string> places_on_the_way(const std::string& path) {
  std::vector<std::string> places;
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    places.push_back(path.substr(0, slash));
  places.push_back(path);
  return places;
}

// Layers made of store paths alone have nothing outside the store.
bool may_have(const Layer& layer, const std::string& path) {
  if (!layer.movable) return true;
  return std::ranges::any_of(layer.origins, [&](const std::string& origin) {
    return path == origin || path.starts_with(origin + "/");
  });
}

std::optional<Finding> finding_at(const std::string& place, const std::string& path,
                                  const archive::TarEntry& entry, archive::TarReader& tar) {
  const bool is_whole = place == path;
  switch (entry.type) {
  case archive::TarType::file:
    if (is_whole) return Finding{.kind = Finding::Kind::file, .text = content_of(tar, entry)};
    return Finding{};
  case archive::TarType::hard_link:
    if (is_whole) return Finding{.kind = Finding::Kind::link, .text = absolute(entry.link_target)};
    return Finding{};
  case archive::TarType::symbolic_link: {
    const fs::path target = fs::path(place).parent_path() / entry.link_target;
    return Finding{.kind = Finding::Kind::link,
                   .text = absolute(target.string()) + path.substr(place.size()),
                   .of_folder = !is_whole};
  }
  case archive::TarType::directory:
    return is_whole ? std::optional(Finding{}) : std::nullopt;
  default:
    return Finding{};
  }
}

// What the layer says of `path` itself, else of a folder on the way to it.
std::optional<Finding> look_into(const Layer& layer, const std::string& path,
                                 const CancelToken& cancel) {
  const std::vector<std::string> places = places_on_the_way(path);
  const auto bytes = bytes_of(layer, cancel);
  archive::TarReader tar(*bytes);
  std::optional<Finding> found;
  bool hidden = false;
  while (const auto entry = tar.next()) {
    const std::string name = absolute(entry->name);
    const std::string base = name.substr(name.rfind('/') + 1);
    if (base.starts_with(removed_prefix)) {
      const std::string folder = name.substr(0, name.rfind('/'));
      const std::string gone =
          base == opaque_name ? folder : folder + "/" + base.substr(removed_prefix.size());
      const bool covers = path.starts_with(gone + "/") || (path == gone && base != opaque_name);
      hidden = hidden || covers;
      continue;
    }
    const auto place = std::ranges::find(places, name);
    if (place == places.end()) continue;
    if (auto finding = finding_at(*place, path, *entry, tar)) found = std::move(finding);
    if (found && found->kind == Finding::Kind::file) return found;
  }
  if (!found && hidden) return Finding{};
  return found;
}

} // namespace

FoundFile find_file(const Image& image, const std::string& path, const CancelToken& cancel) {
  FoundFile result;
  std::string wanted = path;
  for (int links = 0; links < most_links; ++links) {
    std::optional<Finding> found;
    for (const Layer& layer : image.layers | std::views::reverse) {
      if (!may_have(layer, wanted)) continue;
      found = look_into(layer, wanted, cancel);
      if (found) break;
    }
    if (!found || found->kind == Finding::Kind::gone) return result;
    if (found->kind == Finding::Kind::file) {
      result.exists = true;
      result.content = std::move(found->text);
      return result;
    }
    if (found->of_folder && wanted == path) result.behind_link = true;
    wanted = std::move(found->text);
  }
  return result;
}

} // namespace nixbuild::image
