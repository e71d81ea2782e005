#include "plugin/platform_options.hpp"

#include "oci/machine_platform.hpp"
#include "plugin/comma_list.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace nixbuild::plugin {

namespace {

std::vector<std::string> words_of(const ParsedOptions& options,
                                  const std::optional<std::string>& otherwise) {
  std::vector<std::string> words;
  for (const auto& values : options.all("platform"))
    for (std::string& word : split_at_commas(values.front()))
      words.push_back(std::move(word));
  return words.empty() && otherwise ? split_at_commas(*otherwise) : words;
}

oci::Platform parse_word(const std::string& word) {
  if (word == "local") return oci::platform_of_this_machine();
  auto platform = oci::Platform::parse(word);
  if (!platform)
    throw Error(ErrorKind::invalid_input,
                format("invalid platform \"{}\": {}", word, platform.error()));
  return *platform;
}

void add_platforms(pipeline::BuildRequest& request, const std::vector<std::string>& words) {
  request.all_platforms = std::ranges::find(words, "all") != words.end();
  if (request.all_platforms) {
    if (std::ranges::all_of(words, [](const std::string& word) { return word == "all"; })) return;
    throw Error(ErrorKind::invalid_input, "--platform all cannot be used with other platforms")
        .with_hint("all means each platform that the flake has the attribute for");
  }
  for (const std::string& word : words) {
    const oci::Platform platform = parse_word(word);
    if (std::ranges::find(request.platforms, platform) == request.platforms.end())
      request.platforms.push_back(platform);
  }
}

} // namespace

void set_platforms(pipeline::BuildRequest& request, const ParsedOptions& options,
                   const Environment& environment) {
  add_platforms(request, words_of(options, environment.get("DOCKER_DEFAULT_PLATFORM")));
}

std::optional<oci::Platform> platform_of(const ParsedOptions& options, std::string_view command) {
  pipeline::BuildRequest request;
  add_platforms(request, words_of(options, std::nullopt));
  require_one_platform(request, command);
  if (request.platforms.empty()) return std::nullopt;
  return request.platforms.front();
}

void require_one_platform(const pipeline::BuildRequest& request, std::string_view command) {
  if (!request.all_platforms && request.platforms.size() <= 1) return;
  std::string names;
  for (const oci::Platform& platform : request.platforms)
    names += (names.empty() ? "" : ", ") + platform.str();
  throw Error(ErrorKind::invalid_input, format("{} takes one platform, and not {}", command,
                                               request.all_platforms ? "all" : names))
      .with_hint("name one with --platform, such as linux/arm64");
}

} // namespace nixbuild::plugin
