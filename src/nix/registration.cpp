#include "nix/registration.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace nixbuild::nix {

namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t most_references = 1'000'000;

[[noreturn]] void refuse(std::string_view what, std::string_view text) {
  throw Error(ErrorKind::corrupt,
              format("nix-store described a path in a way that we do not understand: {} \"{}\"",
                     what, text.substr(0, 200)));
}

template <class Number>
Number parse_number(std::string_view what, std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) refuse(what, text);
  return number;
}

std::string checked_path(std::string_view text) {
  const bool sound = text.size() <= longest_path && text.starts_with('/') &&
                     text.find('\0') == std::string_view::npos && !store_hash(text).empty() &&
                     !store_name(text).empty();
  if (!sound) refuse("the store path", text);
  return std::string(text);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

void RegistrationReader::line(std::string_view text) {
  switch (expected_) {
  case Expected::path:
    paths_.push_back({.path = checked_path(text)});
    references_.emplace_back();
    expected_ = Expected::hash;
    return;
  case Expected::hash:
    if (!is_sha256(text)) refuse("the hash", text);
    paths_.back().nar_hash = text;
    expected_ = Expected::size;
    return;
  case Expected::size:
    paths_.back().nar_size = parse_number<std::uint64_t>("the size", text);
    expected_ = Expected::deriver;
    return;
  case Expected::deriver:
    if (!text.empty()) paths_.back().deriver = checked_path(text);
    expected_ = Expected::count;
    return;
  case Expected::count:
    references_left_ = parse_number<std::size_t>("the number of references", text);
    if (references_left_ > most_references) refuse("the number of references", text);
    expected_ = references_left_ == 0 ? Expected::path : Expected::reference;
    return;
  case Expected::reference:
    references_.back().push_back(checked_path(text));
    if (--references_left_ == 0) expected_ = Expected::path;
    return;
  }
}

Closure RegistrationReader::finish() && {
  if (expected_ != Expected::path) {
    refuse("the description ends early, after", paths_.back().path);
  }
  std::vector<std::size_t> order(paths_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) -> const std::string& { return paths_[i].path; });

  Closure closure;
  for (const std::size_t i : order) {
    if (!closure.paths.empty() && closure.paths.back().path == paths_[i].path) {
      refuse("twice the path", paths_[i].path);
    }
    closure.paths.push_back(std::move(paths_[i]));
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& indexes = closure.paths[i].references;
    for (const std::string& reference : references_[order[i]]) {
      const auto found = find_path(closure, reference);
      if (!found) refuse("a reference to a path that is not in the closure,", reference);
      if (*found == i) {
        closure.paths[i].refers_to_itself = true;
      } else {
        indexes.push_back(*found);
      }
    }
    std::ranges::sort(indexes);
    indexes.erase(std::ranges::unique(indexes).begin(), indexes.end());
  }
  return closure;
}

std::string registration_text(const Closure& closure) {
  std::string text;
  for (const ClosurePath& path : closure.paths) {
    text += format("{}\n{}\n{}\n\n{}\n", path.path, path.nar_hash, path.nar_size,
                   path.references.size() + (path.refers_to_itself ? 1 : 0));
    if (path.refers_to_itself) text += path.path + "\n";
    for (const std::size_t reference : path.references)
      text += closure.paths[reference].path + "\n";
  }
  return text;
}

} // namespace nixbuild::nix
