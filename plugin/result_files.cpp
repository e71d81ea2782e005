#include "plugin/result_files.hpp"

#include "plugin/results.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <variant>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

void require_folder_of(const std::string& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  throw Error(ErrorKind::not_found,
              format("cannot write {}: there is no folder {}", file, folder.string()));
}

void remove_old(const std::string& file) {
  std::error_code error;
  if (fs::is_directory(file, error))
    throw Error(ErrorKind::invalid_input, format("cannot write {}: it is a folder", file));
  fs::remove(file, error);
  if (error) throw system_error(error.value(), format("cannot remove the old {}", file));
}

std::string joined_names(const pipeline::BuildReport& report) {
  std::vector<std::string> names;
  const auto add = [&names](const std::vector<oci::Reference>& more) {
    for (const oci::Reference& name : more) {
      // As buildx has it, the digest stands elsewhere.
      std::string text = name.digest() ? name.repository() : name.str();
      if (std::ranges::find(names, text) == names.end()) names.push_back(std::move(text));
    }
  };
  if (!report.images.empty()) add(report.images.front().names);
  for (const pipeline::PushedImage& image : report.pushed)
    add(image.names);
  return format("{}", fmt::join(names, ","));
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

using Entries = std::map<std::string, std::string>; // values as JSON

void add_loaded(Entries& entries, const pipeline::LoadedImage& image, engine::ImageStore store) {
  entries["containerimage.digest"] = json_string(image.id);
  if (store != engine::ImageStore::containerd)
    entries["containerimage.config.digest"] = json_string(image.config_digest.str());
}

void add_pushed(Entries& entries, const pipeline::PushedImage& image) {
  entries["containerimage.digest"] = json_string(image.digest.str());
  if (image.platforms.size() < 2)
    entries["containerimage.config.digest"] = json_string(image.config_digest.str());
  entries["containerimage.descriptor"] =
      format("{{\n    \"mediaType\": {},\n"
             "    \"digest\": {},\n    \"size\": {}\n  }}",
             json_string(image.media_type), json_string(image.digest.str()), image.size);
}

void add_written(Entries& entries, const pipeline::WrittenImage& image) {
  if (image.images.size() == 1)
    entries.emplace("containerimage.config.digest",
                    json_string(image.images.front().config_digest.str()));
}

// Whether no output is an image, but only files that were in one.
bool writes_only_files_of_images(const std::vector<pipeline::Output>& outputs) {
  return std::ranges::all_of(outputs, [](const pipeline::Output& output) {
    const auto* file = std::get_if<pipeline::FileOutput>(&output);
    return file != nullptr && file->format == sink::FileFormat::tar;
  });
}

} // namespace

void prepare_result_files(const ResultFiles& files, const std::vector<pipeline::Output>& outputs) {
  if (files.image_id && writes_only_files_of_images(outputs))
    throw Error(ErrorKind::invalid_input, "--iidfile cannot be used where no image is made")
        .with_hint("type=local and type=tar write the files of an image; type=oci writes an image");
  for (const auto& file : {files.image_id, files.metadata})
    if (file) require_folder_of(*file);
  if (files.image_id) remove_old(*files.image_id);
}

std::string metadata_of(const pipeline::BuildReport& report) {
  Entries entries;
  if (!report.images.empty()) add_loaded(entries, report.images.front(), report.engine.store);
  if (!report.pushed.empty()) add_pushed(entries, report.pushed.front());
  if (report.images.empty() && report.pushed.empty() && !report.written.empty())
    add_written(entries, report.written.front());
  if (const std::string names = joined_names(report); !names.empty())
    entries["image.name"] = json_string(names);
  std::string text = "{";
  for (const auto& [key, value] : entries)
    text += format("{}\n  {}: {}", text.size() == 1 ? "" : ",", json_string(key), value);
  return text + "\n}";
}

void write_result_files(const ResultFiles& files, const pipeline::BuildReport& report) {
  const auto id = image_id_of(report);
  if (!id) return;
  if (files.image_id) write_file_atomically(*files.image_id, *id);
  if (files.metadata) write_file_atomically(*files.metadata, metadata_of(report));
}

} // namespace nixbuild::plugin
