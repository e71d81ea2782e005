#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// The files of the store, by the paths that they will have in the image. Nothing outside of the
// store is ever looked at: what a link says there is not in the image, and is no business of
// whoever made the link.
class StoreView {
public:
  // `dir` is the store's folder as paths name it; on disk it is found below `root`, which is empty
  // unless the store is somewhere else than it says.
  explicit StoreView(std::string dir, std::string root = {});

  // What `path` leads to when all links are followed. Nothing when it does not exist, leads out of
  // the store or in circles.
  [[nodiscard]] std::optional<std::string> resolve(std::string_view path) const;

  // Of what `path` leads to.
  [[nodiscard]] bool exists(std::string_view path) const { return resolve(path).has_value(); }
  [[nodiscard]] bool is_directory(std::string_view path) const;
  [[nodiscard]] bool is_program(std::string_view path) const; // an executable file

  // Names in the folder, ascending; none when it is no folder.
  [[nodiscard]] std::vector<std::string> names_in(std::string_view path) const;
  // The content of a file of at most `limit` bytes; nothing when it is not there or larger.
  [[nodiscard]] std::optional<std::string> read(std::string_view path, std::size_t limit) const;

private:
  std::string dir_;
  std::string root_;
};

} // namespace nixbuild::image
