#include "devcontainer/image_look.hpp"

#include "archive/tar_reader.hpp"
#include "support/error.hpp"
#include "support/format.hpp"
#include "support/path_list.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <span>

#include <unistd.h>

namespace nixbuild::devcontainer {

namespace fs = std::filesystem;

namespace {

constexpr int most_links = 8;
constexpr std::size_t largest_file = std::size_t{1} << 20U;

class TextSource final : public archive::Source {
public:
  explicit TextSource(std::string_view text) : text_(text) {}

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min(buffer.size(), text_.size());
    std::memcpy(buffer.data(), text_.data(), count);
    text_.remove_prefix(count);
    return count;
  }

private:
  std::string_view text_;
};

// A container that nobody starts.
class Look {
public:
  Look(engine::Engine& engine, const std::string& image, const CancelToken& cancel)
      : engine_(engine)
      , cancel_(cancel)
      , name_(format("nixbuild-check-{}", ::getpid())) {
    if (!engine.create_container(name_, {.image = image, .entrypoint = {"/bin/sh"}}, cancel))
      throw Error(ErrorKind::refused, format("there is a container {} already", name_));
  }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;
  ~Look() {
    try {
      (void)engine_.remove_container(name_, {});
    } catch (const Error&) { // NOLINT(bugprone-empty-catch): nothing more can be done
    }
  }

  [[nodiscard]] bool has(const std::string& path) {
    return engine_.stat_in_container(name_, path, cancel_).has_value();
  }

  // Follows links; empty when there is no such file.
  [[nodiscard]] std::string read(std::string path) {
    for (int links = 0; links < most_links; ++links) {
      const auto tar = engine_.container_archive(name_, path, cancel_);
      if (!tar) return {};
      TextSource source(*tar);
      archive::TarReader reader(source);
      const auto entry = reader.next();
      if (!entry) return {};
      if (entry->type == archive::TarType::symbolic_link) {
        path = (fs::path(path).parent_path() / entry->link_target).lexically_normal().string();
        continue;
      }
      if (entry->type != archive::TarType::file || entry->size > largest_file) return {};
      std::string text(entry->size, '\0');
      (void)archive::read_full(reader, std::as_writable_bytes(std::span(text)));
      return text;
    }
    return {};
  }

private:
  engine::Engine& engine_;
  const CancelToken& cancel_;
  std::string name_;
};

const char* loader_place(const oci::Platform& platform) {
  return platform.architecture == "arm64" ? "/lib/ld-linux-aarch64.so.1"
                                          : "/lib64/ld-linux-x86-64.so.2";
}

// Where the loader there looks: nix-ld in its own folders, glibc's in the others.
std::vector<std::string> library_folders(const oci::Platform& platform,
                                         const std::vector<std::string>& env) {
  constexpr std::string_view variable = "NIX_LD_LIBRARY_PATH=";
  std::vector<std::string> folders;
  for (const std::string& one : env) {
    if (one.starts_with(variable))
      folders = split_path_list(std::string_view(one).substr(variable.size()));
  }
  const std::string triple =
      platform.architecture == "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  folders.insert(folders.end(), {"/run/current-system/sw/share/nix-ld/lib", "/usr/lib/" + triple,
                                 "/lib/" + triple, "/usr/lib64", "/lib64", "/usr/lib", "/lib"});
  return folders;
}

} // namespace

ImageFiles look_into_image(engine::Engine& engine, const engine::ImageDetails& image,
                           const CancelToken& cancel) {
  const oci::Platform platform = engine.facts(cancel).platform;
  Look look(engine, image.id, cancel);
  return {.shell = look.has("/bin/sh"),
          .loader = look.has(loader_place(platform)),
          .libstdcxx = std::ranges::any_of(
              library_folders(platform, image.env),
              [&](const std::string& folder) { return look.has(folder + "/libstdc++.so.6"); }),
          .passwd = look.read("/etc/passwd")};
}

} // namespace nixbuild::devcontainer
