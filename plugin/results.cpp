#include "plugin/results.hpp"

#include "support/format.hpp"

#include <vector>

namespace nixbuild::plugin {

namespace {

using pipeline::BuildReport;

// " (linux/amd64, linux/arm64)" of an image for several platforms.
std::string platforms_told(const std::vector<oci::Platform>& platforms) {
  if (platforms.size() < 2) return {};
  std::string names;
  for (const oci::Platform& platform : platforms)
    names += (names.empty() ? "" : ", ") + platform.str();
  return format(" ({})", names);
}

std::string loaded_text(const pipeline::LoadedImage& image) {
  const std::string platforms = platforms_told(image.platforms);
  if (image.names.empty()) return format("Loaded image ID: {}{}\n", image.id, platforms);
  std::string text;
  for (const oci::Reference& name : image.names)
    text += format("Loaded image: {}{}\n", name.familiar(), platforms);
  return text;
}

std::string pushed_text(const pipeline::PushedImage& image) {
  std::string text;
  for (const oci::Reference& name : image.names) {
    const std::string whole =
        name.digest() ? name.familiar() : format("{}@{}", name.familiar(), image.digest.str());
    text += format("Pushed {}{}\n", whole, platforms_told(image.platforms));
  }
  return text;
}

std::string written_text(const pipeline::WrittenImage& image) {
  if (image.destination.empty()) return {};
  std::vector<oci::Platform> platforms;
  platforms.reserve(image.images.size());
  for (const pipeline::ValidatedImage& one : image.images)
    platforms.push_back(one.platform);
  return format("Wrote {}{}\n", image.destination, platforms_told(platforms));
}

std::string names_text(const BuildReport& report) {
  std::string text;
  for (const pipeline::LoadedImage& image : report.images)
    text += loaded_text(image);
  for (const pipeline::PushedImage& image : report.pushed)
    text += pushed_text(image);
  for (const pipeline::WrittenImage& image : report.written)
    text += written_text(image);
  for (const pipeline::ValidatedImage& image : report.validated)
    text += format("Validated: {} {}\n", image.platform.str(), image.config_digest.str());
  return text;
}

std::string ids_text(const BuildReport& report) {
  std::string text;
  for (const pipeline::LoadedImage& image : report.images)
    text += image.id + "\n";
  const auto id = image_id_of(report);
  return text.empty() && id ? *id + "\n" : text;
}

} // namespace

std::optional<std::string> image_id_of(const BuildReport& report) {
  if (!report.images.empty()) return report.images.front().id;
  if (!report.pushed.empty()) return report.pushed.front().digest.str();
  for (const pipeline::WrittenImage& image : report.written)
    if (!image.images.empty()) return image.images.front().config_digest.str();
  return std::nullopt;
}

void print_results(const BuildReport& report, Results results, progress::Output& out) {
  if (results == Results::nothing) return;
  const std::string text = results == Results::ids ? ids_text(report) : names_text(report);
  if (!text.empty()) out.write(text);
}

} // namespace nixbuild::plugin
