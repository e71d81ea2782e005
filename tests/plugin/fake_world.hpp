#pragma once

#include "fakes/fake_runner.hpp"
#include "plugin/run_main.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nixbuild::plugin::testing {

class CapturedOutput final : public progress::Output {
public:
  void write(std::string_view more) override { text += more; }
  [[nodiscard]] std::optional<progress::TerminalSize> terminal_size() const override {
    return size;
  }

  std::string text;
  std::optional<progress::TerminalSize> size;
};

// The whole program with everything outside it replaced.
struct FakeWorld {
  std::map<std::string, std::string> variables{
      {"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker"},
      {"DOCKER_CONFIG", "/nonexistent/docker"},
      {"HOME", "/nonexistent/home"},
      {"PATH", "/nonexistent/bin"},
  };
  CapturedOutput out;
  CapturedOutput err;
  fakes::FakeRunner processes; // no program exists unless a test says what it does
  CancelSource cancel;
  std::vector<pipeline::BuildRequest> requests; // that reached the pipeline
  // What building does: by default it loads nothing.
  std::function<pipeline::BuildReport(pipeline::World&)> on_build = [](pipeline::World&) {
    return pipeline::BuildReport{};
  };

  // Makes building succeed with these images.
  void loads(std::vector<pipeline::LoadedImage> images) {
    on_build = [images = std::move(images)](pipeline::World& inner) {
      const progress::Step step(inner.reporter, "load");
      pipeline::BuildReport report;
      report.images = images;
      return report;
    };
  }

  std::vector<std::string> names;              // of requests that were built together
  std::optional<process::Command> handed_over; // the program that was to go on in our place
  std::vector<std::string> flake_images;       // that the flake here has
  std::vector<std::string> parent;             // the command line of who started us
  int status_of_next = 0;                      // and its exit status

  std::vector<pipeline::LoadRequest> load_requests; // that reached the pipeline
  // What loading does: by default it loads nothing.
  std::function<pipeline::BuildReport(const pipeline::LoadRequest&)> on_load =
      [](const pipeline::LoadRequest&) { return pipeline::BuildReport{}; };
  // What inspecting finds: by default nothing.
  std::function<pipeline::Inspection(const pipeline::BuildRequest&)> on_inspect =
      [](const pipeline::BuildRequest&) { return pipeline::Inspection{}; };
  // What a registry has under a name: by default nothing.
  std::function<pipeline::RegistryImage(const oci::Reference&, const pipeline::PushOutput&)>
      on_inspect_reference =
          [](const oci::Reference& name, const pipeline::PushOutput&) -> pipeline::RegistryImage {
    throw Error(ErrorKind::not_found, name.familiar());
  };
  int standard_input = -1;
  http::Web* web = nullptr;
  // What happens while files are watched: by default the user ends it.
  std::function<void()> on_wait = [this] { cancel.raise(CancelLevel::graceful); };
  watch::WatchedFolders watched; // at last

  class ScriptedWatch final : public watch::FileWatch {
  public:
    explicit ScriptedWatch(FakeWorld& world) : world_(world) {}
    std::set<std::filesystem::path> wait(const CancelToken& stop) override {
      world_.on_wait();
      stop.throw_if_cancelled();
      return {};
    }

  private:
    FakeWorld& world_;
  };

  // Runs the program as often as a test likes; returns its exit status.
  int run(const std::vector<std::string>& arguments) {
    out.text.clear();
    err.text.clear();
    World world{
        .environment = Environment(variables),
        .out = out,
        .err = err,
        .processes = processes,
        .cancel = cancel.token(),
        .standard_input = standard_input,
        .build =
            [this](const pipeline::BuildRequest& request, pipeline::World& inner,
                   const CancelToken&) {
              requests.push_back(request);
              return on_build(inner);
            },
        .load =
            [this](const pipeline::LoadRequest& request, pipeline::World& inner,
                   const CancelToken&) {
              load_requests.push_back(request);
              const progress::Step step(inner.reporter, "load");
              return on_load(request);
            },
        .inspect =
            [this](const pipeline::BuildRequest& request, pipeline::World& inner,
                   const CancelToken&) {
              const progress::Step step(inner.reporter, "inspect");
              return on_inspect(request);
            },
        .inspect_reference = [this](const oci::Reference& name, const pipeline::PushOutput& how,
                                    const context::GlobalFlags&, pipeline::World&,
                                    const CancelToken&) { return on_inspect_reference(name, how); },
        .build_all =
            [this](const std::vector<pipeline::NamedRequest>& all, pipeline::World& inner,
                   const CancelToken&) {
              std::vector<pipeline::BuildReport> reports;
              for (const pipeline::NamedRequest& one : all) {
                names.push_back(one.name);
                requests.push_back(one.request);
                reports.push_back(on_build(inner));
              }
              return reports;
            },
        .find_images = [this](const std::string&, const context::GlobalFlags&, pipeline::World&,
                              const CancelToken&) { return flake_images; },
        .hand_over =
            [this](const process::Command& command) {
              handed_over = command;
              return status_of_next;
            },
        .parent = [this] { return parent; },
        .watch_folders =
            [this](const watch::WatchedFolders& folders) {
              watched = folders;
              return std::make_unique<ScriptedWatch>(*this);
            },
        .web = web};
    return run_main(arguments, world);
  }
};

inline oci::Digest digest_of(char digit) {
  return oci::Digest::from_hex(std::string(64, digit));
}

inline pipeline::LoadedImage image_named(const std::vector<std::string>& names) {
  pipeline::LoadedImage image{.id = digest_of('1').str(),
                              .config_digest = digest_of('1'),
                              .manifest_digest = digest_of('2'),
                              .names = {},
                              .sent_bytes = 0};
  for (const std::string& name : names)
    image.names.push_back(oci::Reference::parse(name).value());
  return image;
}

} // namespace nixbuild::plugin::testing
