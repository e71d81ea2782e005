#include "plugin/compose_images.hpp"

#include "compose/project.hpp"
#include "plugin/ask_compose.hpp"
#include "plugin/service_requests.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <filesystem>

namespace nixbuild::plugin {

namespace {

void refuse_standard_input(const ComposeArguments& arguments) {
  if (std::ranges::find(arguments.place.files, "-") == arguments.place.files.end()) return;
  throw Error(ErrorKind::invalid_input,
              "the Compose file cannot come from standard input: it is read twice")
      .with_hint("write it to a file and name that with -f");
}

compose::Project project_of(std::vector<std::string> program, const ComposeArguments& arguments,
                            World& world) {
  program.insert(program.end(), arguments.global.begin(), arguments.global.end());
  return ask_compose(
      program, arguments.knows_services ? arguments.services : std::vector<std::string>(), world);
}

void leave_out_dependencies(compose::Project& project, const ComposeArguments& arguments) {
  if (!arguments.without_dependencies || !arguments.knows_services || arguments.services.empty())
    return;
  const auto is_dependency = [&](const std::string& service) {
    return std::ranges::find(arguments.services, service) == arguments.services.end();
  };
  std::erase_if(project.services, [&](const auto& service) { return is_dependency(service.name); });
  std::erase_if(project.images, [&](const auto& image) { return is_dependency(image.first); });
}

std::string listed(const std::string& project, const std::vector<compose::NixService>& services) {
  std::string text;
  for (const compose::NixService& service : services)
    text += format("{}{}/{}", text.empty() ? "" : ",", project, service.name);
  return text;
}

} // namespace

ComposeImages compose_images(const std::vector<std::string>& program,
                             const ComposeArguments& arguments, const Invocation& invocation,
                             World& world) {
  refuse_standard_input(arguments);
  compose::Project project = project_of(program, arguments, world);
  leave_out_dependencies(project, arguments);
  const auto folder = compose::project_directory(arguments.place, world.environment,
                                                 std::filesystem::current_path());
  return {.requests =
              service_requests(project.services, folder, invocation.docker, world.environment),
          .services = listed(project.name, project.services),
          .images = std::move(project.images)};
}

progress::Mode progress_of(const ComposeArguments& arguments) {
  const std::string text = arguments.progress.value_or("auto");
  if (text == "json") return progress::Mode::rawjson;
  return progress::parse_mode(text).value_or(progress::Mode::automatic);
}

} // namespace nixbuild::plugin
