#include "plugin/result_files.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <map>

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

std::string joined_names(const pipeline::LoadedImage& image) {
  std::string names;
  for (const oci::Reference& name : image.names)
    names += (names.empty() ? "" : ",") + name.str();
  return names;
}

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

} // namespace

void prepare_result_files(const ResultFiles& files) {
  for (const auto& file : {files.image_id, files.metadata})
    if (file) require_folder_of(*file);
  if (files.image_id) remove_old(*files.image_id);
}

std::string metadata_of(const pipeline::LoadedImage& image, engine::ImageStore store) {
  std::map<std::string, std::string> entries{{"containerimage.digest", image.id}};
  if (store != engine::ImageStore::containerd)
    entries.emplace("containerimage.config.digest", image.config_digest.str());
  if (!image.names.empty()) entries.emplace("image.name", joined_names(image));
  std::string text = "{";
  for (const auto& [key, value] : entries)
    text +=
        format("{}\n  {}: {}", text.size() == 1 ? "" : ",", json_string(key), json_string(value));
  return text + "\n}";
}

void write_result_files(const ResultFiles& files, const pipeline::BuildReport& report) {
  if (report.images.empty()) return;
  const pipeline::LoadedImage& image = report.images.front();
  if (files.image_id) write_file_atomically(*files.image_id, image.id);
  if (files.metadata)
    write_file_atomically(*files.metadata, metadata_of(image, report.engine.store));
}

} // namespace nixbuild::plugin
