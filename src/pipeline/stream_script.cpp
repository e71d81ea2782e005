#include "pipeline/stream_script.hpp"

#include "archive/file.hpp"
#include "image/docker_tools_image.hpp"
#include "image/image_archive.hpp"
#include "process/output_stream.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_script = std::size_t{64} << 10U;
constexpr std::string_view conf_suffix = "-conf.json";

// The text of a script; empty when it is none.
std::string script_text(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem)) return {};
  const auto size = fs::file_size(file, problem);
  if (problem || size > largest_script) return {};
  std::string text = read_file(file, largest_script);
  return text.starts_with("#!") ? text : std::string();
}

// What surrounds a path in a shell script.
bool may_be_in_path(char c) {
  return c > ' ' && std::string_view("\"'`;&|<>()$\\").find(c) == std::string_view::npos;
}

// The word of `text` around `at`.
std::string_view word_ending_at(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && may_be_in_path(text[begin - 1]))
    --begin;
  return text.substr(begin, end - begin);
}

// Images are too large for a /tmp that is in memory.
fs::path folder_for_large_files(const Environment& environment) {
  if (const auto folder = environment.get("TMPDIR")) return *folder;
  std::error_code problem;
  return fs::is_directory("/var/tmp", problem) ? fs::path("/var/tmp") : fs::temp_directory_path();
}

void write_output(const fs::path& script, const fs::path& file, World& world,
                  const CancelToken& cancel) {
  const UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) throw system_error(errno, format("cannot create {}", file.string()));
  process::stream_output(
      world.processes, {.argv = {script.string()}, .directory = {}, .environment = {}},
      [&](std::span<const std::byte> bytes) { write_all(out.get(), bytes); }, cancel);
}

} // namespace

std::optional<fs::path> conf_of_script(const fs::path& file) {
  const std::string text = script_text(file);
  for (std::size_t at = text.find(conf_suffix); at != std::string::npos;
       at = text.find(conf_suffix, at + 1)) {
    fs::path conf(word_ending_at(text, at + conf_suffix.size()));
    if (conf.is_absolute() && image::is_docker_tools_conf(conf)) return conf;
  }
  return std::nullopt;
}

bool is_runnable_script(const fs::path& file) {
  return !script_text(file).empty() && ::access(file.c_str(), X_OK) == 0;
}

std::vector<image::Image> run_stream_script(const fs::path& file, const oci::Platform& platform,
                                            World& world, const CancelToken& cancel) {
  const fs::path script = fs::absolute(file);
  return progress::as_step(world.reporter, format("run {}", script.filename().string()),
                           [&](progress::Step&) {
                             const TempDir folder(folder_for_large_files(world.environment));
                             const fs::path archive = folder.path() / "image.tar";
                             write_output(script, archive, world, cancel);
                             // The images keep the file open, so it lives on without its name.
                             return image::read_image_archive(archive, platform, cancel);
                           });
}

} // namespace nixbuild::pipeline
