#include "nix/installable.hpp"

#include "nix/store_path.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace nixbuild::nix {

namespace {

namespace fs = std::filesystem;

// "path:", "git+file:", "github:" …, as RFC 3986 writes schemes.
bool has_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::ranges::all_of(text.substr(0, colon), [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '-' ||
           character == '.';
  });
}

// What nobody means as the name of a flake in a registry.
bool looks_like_a_file(std::string_view text) {
  static constexpr std::array endings{".tar",    ".tar.gz", ".tgz", ".tar.zst",
                                      ".tar.xz", ".json",   ".drv"};
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
         std::ranges::any_of(endings, [&](std::string_view end) { return text.ends_with(end); });
}

// "/nix/store/….drv^out" (Nix from 2.13 on) and "….drv!out" (nix-store) name an output.
bool names_output_of_derivation(std::string_view text) {
  const std::size_t mark = text.find_last_of("^!");
  return mark != std::string_view::npos && text.substr(0, mark).ends_with(".drv") &&
         is_store_path(fs::path(text.substr(0, mark)));
}

Installable file_installable(const std::string& text, const fs::path& real) {
  if (real.extension() == ".nix") {
    throw Error(ErrorKind::invalid_input,
                format("{} is a Nix expression, not an installable", text))
        .with_hint(format("Give it as `--file {}`, followed by the attribute to build.", text));
  }
  return BuiltFile{text};
}

// What is at an existing path; links are followed as Nix follows them.
Installable path_installable(const std::string& text, const fs::path& path) {
  if (path.is_absolute() && is_store_path(path)) return StorePath{path};
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  if (failed) {
    throw Error(ErrorKind::io, format("cannot read {}: {}", text, failed.message()));
  }
  if (!fs::is_directory(real)) return file_installable(text, real);
  // `nix build` leaves such links behind: ./result.
  if (is_store_path(real)) return StorePath{real};
  return FlakeAttribute{.flake = text, .fragment = {}};
}

Installable parse_without_file(const std::string& text) {
  if (text.empty()) {
    throw Error(ErrorKind::invalid_input, "the installable is empty")
        .with_hint("Name what to build, such as `.#image`.");
  }
  if (const std::size_t hash = text.find('#'); hash != std::string::npos) {
    return FlakeAttribute{.flake = hash == 0 ? "." : text.substr(0, hash),
                          .fragment = text.substr(hash + 1)};
  }
  if (names_output_of_derivation(text)) return StorePath{text};
  if (has_scheme(text)) return FlakeAttribute{.flake = text, .fragment = {}};

  std::error_code ignored;
  const fs::path path(text);
  if (fs::exists(path, ignored)) return path_installable(text, path);
  if (path.is_absolute() && is_store_path(path)) return StorePath{path}; // perhaps in a cache
  const std::string before_query = text.substr(0, text.find('?'));
  if (before_query.size() == text.size() && looks_like_a_file(text)) {
    throw Error(ErrorKind::not_found, format("{} does not exist", text));
  }
  return FlakeAttribute{.flake = text, .fragment = {}};
}

} // namespace

Installable parse_installable(std::string_view given, const Options& options) {
  const std::string text(given);
  if (options.file) {
    return FileAttribute{.file = *options.file, .attribute = text == "." ? std::string() : text};
  }
  Installable installable = parse_without_file(text);
  if (auto* flake = std::get_if<FlakeAttribute>(&installable)) flake->shown = options.shown_flake;
  return installable;
}

std::string to_string(const Installable& installable) {
  struct Writer {
    std::string operator()(const FlakeAttribute& flake) const {
      const std::string& name = flake.for_people();
      return flake.fragment.empty() ? name : name + "#" + flake.fragment;
    }
    std::string operator()(const FileAttribute& file) const {
      return format("--file {}{}{}", file.file, file.attribute.empty() ? "" : " ", file.attribute);
    }
    std::string operator()(const StorePath& store) const { return store.path.string(); }
    std::string operator()(const BuiltFile& built) const { return built.path.string(); }
  };
  return std::visit(Writer{}, installable);
}

} // namespace nixbuild::nix
