#include "plugin/provider_command.hpp"

#include "compose/project_directory.hpp"
#include "compose/provider_message.hpp"
#include "pipeline/connection.hpp"
#include "plugin/compose_command.hpp"
#include "plugin/provider_caller.hpp"
#include "plugin/provider_metadata.hpp"
#include "plugin/service_options.hpp"
#include "plugin/service_requests.hpp"
#include "progress/reporter.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace nixbuild::plugin {

namespace json = boost::json;

namespace {

using Words = std::vector<std::string>;

constexpr std::string_view project_flag = "--project-name";
constexpr std::array verbs{"up", "down", "stop"};

struct Call {
  std::string project;
  std::string verb;
  compose::NixService service;
};

// "--project-name=P" or, of Compose before 2.40, "--project-name P"; then the index of the verb.
std::optional<std::pair<std::string, std::size_t>> project_of(const Words& arguments) {
  if (arguments.empty() || !arguments.front().starts_with(project_flag)) return std::nullopt;
  const std::string_view rest = std::string_view(arguments.front()).substr(project_flag.size());
  if (rest.starts_with('=')) return std::pair(std::string(rest.substr(1)), std::size_t{1});
  if (!rest.empty() || arguments.size() < 2) return std::nullopt;
  return std::pair(arguments[1], std::size_t{2});
}

bool is_switch(std::string_view name) {
  const OptionTable& table = service_options();
  const auto option = std::ranges::find(table, name, &Option::name);
  return option != table.end() && option->is_switch();
}

void add(json::object& options, std::string_view name, std::string_view value) {
  json::value& values = options[name];
  if (!values.is_array()) values = json::array();
  values.get_array().emplace_back(json::string(value));
}

Call parse_call(const Words& arguments) {
  const auto [project, verb_index] = project_of(arguments).value();
  Call call{.project = project, .verb = arguments[verb_index], .service = {.provider = true}};
  json::object options;
  for (std::size_t index = verb_index + 1; index < arguments.size(); ++index) {
    const std::string_view argument = arguments[index];
    if (!argument.starts_with("--")) {
      call.service.name = argument;
      continue;
    }
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view name = argument.substr(2, equals - 2);
    if (equals < argument.size()) {
      add(options, name, argument.substr(equals + 1));
    } else if (is_switch(name) || index + 1 == arguments.size()) {
      add(options, name, "true");
    } else {
      add(options, name, arguments[++index]);
    }
  }
  call.service.options = json::serialize(options);
  return call;
}

// Tells Compose what is being done.
class ProviderReporter final : public progress::Reporter {
public:
  ProviderReporter(progress::Output& out, CancelToken cancel)
      : out_(out)
      , cancel_(std::move(cancel)) {}

  void report(const progress::Event& event) noexcept override {
    try {
      if (const auto* step = std::get_if<progress::StepStarted>(&event)) tell(step->name);
      if (const auto* notice = std::get_if<progress::Notice>(&event);
          notice != nullptr && notice->level == progress::Notice::Level::warning)
        tell("warning: " + notice->text);
    } catch (const std::exception&) {
      return; // progress is not worth failing for
    }
  }
  progress::StepId next_step() noexcept override { return ++last_step_; }
  progress::Time now() noexcept override { return progress::Clock::now(); }
  [[nodiscard]] bool cancelled() const noexcept override { return cancel_.cancelled(); }

  void tell(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    out_.write(compose::info_message(text));
  }

private:
  progress::Output& out_;
  CancelToken cancel_;
  std::mutex mutex_;
  std::atomic<progress::StepId> last_step_{0};
};

bool was_just_built(const Call& call, const Environment& environment) {
  const std::string built = format(",{},", environment.get(built_services_variable).value_or(""));
  return built.contains(format(",{}/{},", call.project, call.service.name));
}

// Which images the names lead to, of those that there are.
using ImageIds = std::map<std::string, std::string>;
ImageIds images_of(const pipeline::BuildRequest& request, pipeline::World& world,
                   const CancelToken& cancel) {
  ImageIds ids;
  if (request.tags.empty()) return ids;
  auto connection = pipeline::connect(request.docker, world);
  for (const oci::Reference& tag : request.tags)
    if (const auto image = connection.engine.inspect_image(tag.str(), cancel))
      ids[tag.str()] = image->id;
  return ids;
}

// Compose plans which containers to create anew before it calls us (docker/compose
// pkg/compose/reconcile.go).
void tell_changes(const ImageIds& before, const pipeline::BuildReport& report,
                  ProviderReporter& reporter) {
  for (const pipeline::LoadedImage& image : report.images) {
    for (const oci::Reference& name : image.names) {
      const auto old = before.find(name.str());
      if (old == before.end() || old->second == image.id) continue;
      reporter.tell(format("{} is a new image: containers that run already get it at the next up, "
                           "or by `docker nixbuild compose up`",
                           name.familiar()));
    }
  }
}

void up(const Call& call, World& world) {
  if (was_just_built(call, world.environment)) return;
  const ProviderCaller caller = provider_caller(world.parent());
  const auto folder =
      compose::project_directory(caller.place, world.environment, std::filesystem::current_path());
  const auto request = service_request(call.service, folder, caller.docker, world.environment);
  ProviderReporter reporter(world.out, world.cancel);
  pipeline::World inner{world.environment, world.processes, reporter,  world.web,
                        nullptr,           nullptr,         world.sign};
  const ImageIds before = images_of(request, inner, world.cancel);
  tell_changes(before, world.build(request, inner, world.cancel), reporter);
}

std::string text_of(const Error& error) {
  std::string text = error.message();
  for (const std::string* more : {&error.detail(), &error.hint()})
    if (!more->empty()) text += "\n" + *more;
  return text;
}

} // namespace

bool is_provider_call(const Words& arguments, bool standalone) {
  if (!arguments.empty() && arguments.front() == "metadata") return true;
  const auto project = project_of(arguments);
  return standalone && project && project->second < arguments.size() &&
         std::ranges::find(verbs, arguments[project->second]) != verbs.end();
}

int run_provider(const Words& arguments, World& world) {
  if (arguments.front() == "metadata") {
    world.out.write(provider_metadata());
    return 0;
  }
  try {
    const Call call = parse_call(arguments);
    if (call.verb == "up") up(call, world);
    return 0;
  } catch (const Error& error) {
    world.out.write(compose::error_message(text_of(error)));
    return exit_code(error.kind());
  } catch (const std::exception& error) {
    world.out.write(compose::error_message(format("internal error: {}", error.what())));
    return exit_code(ErrorKind::internal);
  }
}

} // namespace nixbuild::plugin
