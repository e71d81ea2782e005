#include "image/store_view.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace nixbuild::image {

namespace fs = std::filesystem;

namespace {

constexpr int most_links = 40; // as Linux

// The components of `path` in reverse, without "." and empty ones.
void push_components(std::vector<std::string>& stack, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (!last.empty() && last != ".") stack.emplace_back(last);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  }
}

} // namespace

StoreView::StoreView(std::string dir, std::string root)
    : dir_(std::move(dir))
    , root_(std::move(root)) {}

std::optional<std::string> StoreView::resolve(std::string_view path) const {
  std::vector<std::string> left;
  push_components(left, path);
  std::string done;
  int links = 0;
  while (!left.empty()) {
    const std::string component = std::move(left.back());
    left.pop_back();
    if (component == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      continue;
    }
    const std::string next = format("{}/{}", done, component);
    // Above the store nothing is looked at, so nothing there counts as a link.
    const bool above_store = dir_ == next || dir_.starts_with(next + "/");
    if (!above_store && !next.starts_with(dir_ + "/")) return {};
    std::error_code error;
    const fs::file_status status = above_store ? fs::file_status(fs::file_type::directory)
                                               : fs::symlink_status(root_ + next, error);
    if (!fs::exists(status)) return {};
    if (!fs::is_symlink(status)) {
      done = next;
      continue;
    }
    if (++links > most_links) return {};
    const fs::path target = fs::read_symlink(root_ + next, error);
    if (error) return {};
    if (target.is_absolute()) done.clear();
    push_components(left, target.native());
  }
  if (!done.starts_with(dir_ + "/")) return {};
  return done;
}

bool StoreView::is_directory(std::string_view path) const {
  const auto found = resolve(path);
  std::error_code ignored;
  return found && fs::is_directory(root_ + *found, ignored);
}

bool StoreView::is_program(std::string_view path) const {
  const auto found = resolve(path);
  if (!found) return false;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(root_ + *found, error);
  return fs::is_regular_file(status) &&
         (status.permissions() & fs::perms::others_exec) != fs::perms::none;
}

std::vector<std::string> StoreView::names_in(std::string_view path) const {
  std::vector<std::string> names;
  const auto found = resolve(path);
  if (!found) return names;
  std::error_code error;
  for (fs::directory_iterator entry(root_ + *found, error), end; !error && entry != end;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> StoreView::read(std::string_view path, std::size_t limit) const {
  const auto found = resolve(path);
  std::error_code ignored;
  if (!found || !fs::is_regular_file(root_ + *found, ignored)) return {};
  try {
    return read_file(root_ + *found, limit);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::not_found) return {};
    throw;
  }
}

} // namespace nixbuild::image
