#include "cache/nar_info.hpp"

#include "nix/store_path.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace nixbuild::cache {

namespace {

[[noreturn]] void refuse(std::string_view file, std::string_view reason) {
  throw Error(ErrorKind::corrupt, format("the cache's {} {}", file, reason));
}

// Calls handle(name, value) for each line "Name: value".
template <class Handle>
void for_each_field(std::string_view file, std::string_view text, const Handle& handle) {
  if (text.size() > largest_nar_info) refuse(file, "is too large");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || line.substr(0, colon).contains(' '))
      refuse(file, "has a line that is no field");
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    handle(line.substr(0, colon), value);
  }
}

template <class Number>
Number number(std::string_view file, std::string_view name, std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    refuse(file, format("has no number as {}", name));
  return value;
}

bool is_name_in_store(std::string_view text) {
  return !text.contains('/') && nix::is_store_path(format("/nix/store/{}", text));
}

std::vector<std::string> names_in_store(std::string_view file, std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view name = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (name.empty()) continue;
    if (!is_name_in_store(name)) refuse(file, "refers to what is no store path");
    names.emplace_back(name);
  }
  return names;
}

} // namespace

NarInfo parse_nar_info(std::string_view text) {
  constexpr std::string_view file = "narinfo";
  NarInfo info;
  bool has_size = false;
  for_each_field(file, text, [&](std::string_view name, std::string_view value) {
    if (name == "StorePath") {
      info.store_path = value;
    } else if (name == "URL") {
      info.url = value;
    } else if (name == "Compression") {
      info.compression = value;
    } else if (name == "FileSize") {
      info.file_size = number<std::uint64_t>(file, name, value);
    } else if (name == "NarSize") {
      info.nar_size = number<std::uint64_t>(file, name, value);
      has_size = true;
    } else if (name == "References") {
      info.references = names_in_store(file, value);
    } else if (name == "Sig") {
      info.signatures.emplace_back(value);
    }
  });
  if (info.url.empty() || !has_size) refuse(file, "ends early");
  if (!nix::is_store_path(info.store_path)) refuse(file, "is of no store path");
  return info;
}

CacheInfo parse_cache_info(std::string_view text) {
  constexpr std::string_view file = "nix-cache-info";
  CacheInfo info;
  bool found = false;
  for_each_field(file, text, [&](std::string_view name, std::string_view value) {
    if (name == "StoreDir") {
      info.store_dir = value;
      found = true;
    } else if (name == "Priority") {
      info.priority = number<int>(file, name, value);
    }
  });
  if (!found) refuse(file, "names no StoreDir");
  return info;
}

} // namespace nixbuild::cache
