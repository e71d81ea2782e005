#include "plugin/output_options.hpp"

#include "plugin/annotation_option.hpp"
#include "plugin/output_option.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

using pipeline::FileOutput;
using pipeline::LoadOutput;
using pipeline::Output;
using pipeline::PushOutput;

namespace {

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
  throw Error(ErrorKind::invalid_input, std::move(message)).with_hint(std::move(hint));
}

std::vector<OutputOption> output_options(const ParsedOptions& options) {
  std::vector<OutputOption> outputs;
  for (const auto& values : options.all("output"))
    outputs.push_back(parse_output(values.front()));
  return outputs;
}

// --push makes each type=image be pushed; without one it is an output of its own.
void add_push(std::vector<OutputOption>& outputs) {
  bool found = false;
  for (OutputOption& one : outputs) {
    if (!one.when_pushed) continue;
    one.output = *one.when_pushed;
    found = true;
  }
  if (found) return;
  OutputOption& added = outputs.emplace_back();
  added.output = PushOutput{};
}

void add_load(std::vector<OutputOption>& outputs) {
  const bool found = std::ranges::any_of(
      outputs, [](const OutputOption& one) { return one.output == Output(LoadOutput{}); });
  if (!found) outputs.emplace_back();
}

// What --compression, --insecure, … say about all outputs together.
struct Shared {
  std::optional<archive::Compression> compression;
  bool force_compression = false;
  bool insecure = false;
  std::optional<std::string> authorities;
  bool from_engine = false;
};

bool pushed_from_engine(const ParsedOptions& options) {
  const std::string from = options.value("push-from").value_or("client");
  if (from != "client" && from != "engine")
    refuse(format("cannot push from \"{}\"", from), "use --push-from client, or engine");
  return from == "engine";
}

Shared shared_of(const ParsedOptions& options) {
  Shared shared{.compression = {},
                .force_compression = options.is_on("force-compression"),
                .insecure = options.is_on("insecure"),
                .authorities = options.value("registry-ca"),
                .from_engine = pushed_from_engine(options)};
  if (const auto text = options.value("compression")) shared.compression = parse_compression(*text);
  std::error_code error;
  if (shared.authorities && !fs::is_regular_file(*shared.authorities, error))
    throw Error(ErrorKind::not_found,
                format("there is no file of certificates {}", *shared.authorities));
  return shared;
}

void apply(const Shared& shared, OutputOption& option) {
  if (auto* push = std::get_if<PushOutput>(&option.output)) {
    if (shared.compression && !option.has_compression) push->compression = *shared.compression;
    push->force_compression |= shared.force_compression;
    push->insecure |= shared.insecure;
    push->authorities = shared.authorities;
    push->from_engine = shared.from_engine;
    return;
  }
  auto* file = std::get_if<FileOutput>(&option.output);
  if (file == nullptr || file->format == sink::FileFormat::tar) return;
  if (shared.compression && !option.has_compression) file->compression = *shared.compression;
  file->force_compression |= shared.force_compression;
}

// Options that would be without effect are mistakes.
void check_shared(const ParsedOptions& options, const std::vector<Output>& outputs) {
  const bool pushes = std::ranges::any_of(
      outputs, [](const Output& output) { return std::holds_alternative<PushOutput>(output); });
  for (const char* name : {"insecure", "push-from"})
    if (options.was_given(name) && !pushes)
      refuse(format("--{} is for images that are pushed", name), "push with --push");
  const bool compresses = std::ranges::any_of(outputs, [](const Output& output) {
    const auto* file = std::get_if<FileOutput>(&output);
    return std::holds_alternative<PushOutput>(output) ||
           (file != nullptr && file->format != sink::FileFormat::tar);
  });
  const bool attests = std::ranges::any_of(outputs, [](const Output& output) {
    const auto* push = std::get_if<PushOutput>(&output);
    const auto* file = std::get_if<FileOutput>(&output);
    return (push != nullptr && !push->from_engine) ||
           (file != nullptr && file->format != sink::FileFormat::tar);
  });
  for (const char* name : {"sbom", "provenance"})
    if (options.is_on(name) && !attests)
      refuse(format("--{} is attached to images that we push or write to a file", name),
             "push with --push, or write with --output type=oci,dest=FILE");
  for (const char* name : {"compression", "force-compression"}) {
    if (!options.was_given(name)) continue;
    if (!compresses)
      refuse(format("--{} is for images that are pushed or written to a file", name),
             "push with --push, or write with --output type=oci,dest=FILE");
    if (pushed_from_engine(options))
      refuse(format("--{} is not for images that the engine pushes", name),
             "leave out --push-from engine");
  }
}

void check_names(const pipeline::BuildRequest& request) {
  for (const Output& output : request.outputs) {
    const auto* push = std::get_if<PushOutput>(&output);
    if (push != nullptr && push->names.empty() && request.tags.empty())
      refuse("tag is needed when pushing to a registry", "name the image with --tag REGISTRY/NAME");
  }
}

void check_place(const FileOutput& output) {
  const fs::path place = fs::absolute(output.destination);
  std::error_code error;
  const bool is_folder = fs::is_directory(place, error);
  if (output.folder) {
    if (fs::exists(place, error) && !is_folder)
      refuse(format("cannot write the folder {}: it is a file", output.destination));
    return;
  }
  if (is_folder)
    refuse(format("cannot write {}: it is a folder", output.destination),
           "dest= names a file; tar=false, or type=local, makes a folder");
  if (!fs::is_directory(place.parent_path(), error))
    throw Error(ErrorKind::not_found, format("cannot write {}: there is no folder {}",
                                             output.destination, place.parent_path().string()));
}

bool is_standard_output(const Output& output) {
  const auto* file = std::get_if<FileOutput>(&output);
  return file != nullptr && file->destination.empty();
}

} // namespace

void set_outputs(pipeline::BuildRequest& request, const ParsedOptions& options, UsualOutput usual) {
  set_annotations(request, options);
  std::vector<OutputOption> given = output_options(options);
  if (options.is_on("push") || usual == UsualOutput::push) add_push(given);
  if (options.is_on("load") || given.empty()) add_load(given);
  const Shared shared = shared_of(options);
  request.outputs.clear();
  for (OutputOption& one : given) {
    if (std::holds_alternative<LoadOutput>(one.output) && !one.not_to_load.empty())
      refuse(format("{} has no meaning for an image that is loaded", one.not_to_load.front()),
             "push it with --push, or write it to a file with dest=FILE");
    apply(shared, one);
    request.manifest_annotations.merge(one.manifest_annotations);
    request.index_annotations.merge(one.index_annotations);
    if (std::ranges::find(request.outputs, one.output) == request.outputs.end())
      request.outputs.push_back(std::move(one.output));
  }
  check_shared(options, request.outputs);
  check_names(request);
}

void check_outputs(const std::vector<Output>& outputs, const progress::Output& out) {
  for (const Output& output : outputs) {
    const auto* file = std::get_if<FileOutput>(&output);
    if (file != nullptr && !file->destination.empty()) check_place(*file);
  }
  const auto streams = std::ranges::count_if(outputs, is_standard_output);
  if (streams > 1)
    refuse("several outputs go to standard output", "name files for them with dest=FILE");
  if (streams == 1 && out.terminal_size())
    refuse("refusing to write the image to the terminal", "name a file for it with dest=FILE");
}

bool writes_to_standard_output(const std::vector<Output>& outputs) {
  return std::ranges::any_of(outputs, is_standard_output);
}

} // namespace nixbuild::plugin
