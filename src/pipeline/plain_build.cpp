#include "pipeline/plain_build.hpp"

#include "builder/plain_script.hpp"
#include "http/stream_socket.hpp"
#include "nix/flags.hpp"
#include "nix/installable.hpp"
#include "nix/secret_settings.hpp"
#include "pipeline/plain_output.hpp"
#include "process/carrier.hpp"
#include "process/line_splitter.hpp"
#include "source/local_flake.hpp"
#include "source/source_tar.hpp"
#include "source/tree_facts.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <filesystem>
#include <span>
#include <utility>

namespace nixbuild::pipeline {

namespace fs = std::filesystem;

namespace {

// The flake of this machine that is to be built there.
struct Source {
  source::LocalFlake flake;
  source::TreeFacts facts;
  source::SourceTar tar;
};

bool overrides_with_local_flake(const nix::Options& options, const fs::path& folder) {
  for (const auto& [name, reference] : options.override_inputs)
    if (source::local_flake(reference, folder)) return true;
  return false;
}

// What of the request a script cannot do.
std::optional<std::string> beyond_script(const BuildRequest& request, const engine::Facts& engine) {
  if (request.dry_run) return "--dry-run";
  for (const oci::Platform& platform : request.platforms)
    if (platform != engine.platform) return format("--platform {}", platform.str());
  if (request.all_platforms) return "--platform all";
  if (request.outputs != std::vector<Output>{LoadOutput{}}) return "--push or --output";
  if (request.stable_order) return "--stable-order";
  if (request.remove_replaced) return "--rm-replaced";
  if (!request.caches.to.empty()) return "--cache-to";
  if (!request.nix.netrc.empty()) return "a cache that wants a login";
  if (request.amendments) return "what a dev container needs";
  if (overrides_with_local_flake(request.nix, fs::current_path())) {
    return "--override-input with a flake of this machine";
  }
  return std::nullopt;
}

std::optional<Source> source_of(const nix::Installable& installable, World& world,
                                const CancelToken& cancel) {
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  if (attribute == nullptr) return std::nullopt;
  auto flake = source::local_flake(attribute->flake, fs::current_path());
  if (!flake) return std::nullopt;
  const source::SourceTree tree = source::read_source_tree(*flake, world.processes, cancel);
  source::TreeFacts facts = source::read_tree_facts(*flake, world.processes, cancel);
  source::SourceTar tar(flake->root, tree);
  return Source{.flake = *std::move(flake), .facts = std::move(facts), .tar = std::move(tar)};
}

// With a source, what follows the name of the folder that it is put into.
std::string installable_there(const nix::Installable& installable,
                              const std::optional<Source>& source) {
  const auto* attribute = std::get_if<nix::FlakeAttribute>(&installable);
  if (!source || attribute == nullptr) return to_string(installable);
  const std::string there = source::reference_to_copy("", source->flake.subfolder, source->facts);
  return format("{}#{}", there.substr(there.find(':') + 1), attribute->fragment);
}

std::vector<std::string> nix_arguments(const nix::Options& given, bool is_copy) {
  nix::Options options = given;
  if (is_copy) options.no_write_lock_file = true; // nobody reads it there
  std::vector<std::string> arguments = nix::experimental_features();
  arguments.insert(arguments.end(), {"--log-format", "internal-json"});
  const auto flags = nix::evaluation_flags(options);
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return arguments;
}

builder::PlainJob job_of(const BuildRequest& request, const builder::Way& machine,
                         const engine::Facts& engine, const nix::Installable& installable,
                         const std::optional<Source>& source) {
  builder::PlainJob job{.installable = installable_there(installable, source),
                        .nix_arguments = nix_arguments(request.nix, source.has_value()),
                        .nix_config = nix::secret_settings(request.nix),
                        .engine_socket = machine.engine_socket,
                        .engine_id = engine.id,
                        .source_size = {}};
  // It is put behind what NIX_CONFIG is there.
  if (!job.nix_config.empty()) job.nix_config.insert(0, "\n");
  if (source) job.source_size = source->tar.size();
  return job;
}

class SocketSink final : public archive::Sink {
public:
  SocketSink(const http::StreamSocket& socket, const CancelToken& cancel)
      : socket_(socket)
      , cancel_(cancel) {}
  void write(std::span<const std::byte> data) override { socket_.send_all(data, cancel_); }

private:
  const http::StreamSocket& socket_;
  const CancelToken& cancel_;
};

void send(const http::StreamSocket& socket, const builder::PlainJob& job,
          const std::optional<Source>& source, const CancelToken& cancel) {
  const std::string input = builder::plain_input(job);
  try {
    SocketSink sink(socket, cancel);
    sink.write(std::as_bytes(std::span(input)));
    if (source) source->tar.write(sink);
  } catch (const Error& error) {
    // Why nobody takes it, its end will tell.
    if (error.kind() != ErrorKind::unavailable) throw;
  }
}

void receive(const http::StreamSocket& socket, PlainOutput& output, const CancelToken& cancel) {
  process::LineSplitter lines;
  const auto take = [&](std::string_view line) { output.line(line); };
  std::vector<std::byte> buffer(std::size_t{64} << 10U);
  for (;;) {
    (void)socket.wait(false, cancel);
    const auto got = socket.receive(buffer);
    if (!got || got->at_end) break;
    lines.feed({reinterpret_cast<const char*>(buffer.data()), got->bytes}, take);
  }
  lines.finish(take);
}

LoadedImage look_up(const std::string& loaded, const BuildRequest& request,
                    const builder::Way& machine, engine::Engine& engine,
                    const CancelToken& cancel) {
  const auto details = engine.inspect_image(loaded, cancel);
  const auto digest = oci::Digest::parse(details ? details->id : "");
  if (!digest) throw another_engine(machine.peer);
  LoadedImage image{.id = details->id,
                    .config_digest = *digest,
                    .manifest_digest = *digest,
                    .names = request.tags,
                    .sent_bytes = 0};
  for (const oci::Reference& tag : request.tags)
    engine.tag_image(image.id, tag, cancel);
  if (image.names.empty())
    if (auto name = oci::Reference::parse(loaded)) image.names.push_back(*std::move(name));
  return image;
}

std::vector<LoadedImage> look_up_all(const PlainOutput& output, const BuildRequest& request,
                                     const builder::Way& machine, engine::Engine& engine,
                                     const CancelToken& cancel) {
  const std::vector<std::string> loaded = output.loaded_images();
  if (!request.tags.empty() && loaded.size() > 1) {
    throw Error(
        ErrorKind::invalid_input,
        format("{} images were loaded, so --tag does not say which one it names", loaded.size()))
        .with_hint("leave out --tag: each image has its own names");
  }
  std::vector<LoadedImage> images;
  images.reserve(loaded.size());
  for (const std::string& name : loaded)
    images.push_back(look_up(name, request, machine, engine, cancel));
  return images;
}

} // namespace

RemoteResult build_plainly(const BuildRequest& request, const builder::Way& machine,
                           engine::Engine& engine, World& world, const CancelToken& cancel) {
  const engine::Facts facts = engine.facts(cancel);
  if (const auto beyond = beyond_script(request, facts)) {
    return UnableToBuild{.message = format("without an agent there is no {}", *beyond),
                         .hint = std::string(hint_for_agent)};
  }
  const nix::Installable installable = nix::parse_installable(request.installable, request.nix);
  const std::string what = to_string(installable);
  const auto source = source_of(installable, world, cancel);
  const builder::PlainJob job = job_of(request, machine, facts, installable, source);

  return progress::as_step(
      world.reporter, format("build {} on {}", what, machine.peer),
      [&](progress::Step& step) -> RemoteResult {
        Pipe ends = make_socket_pair();
        process::Command command = process::carrier(machine.argv);
        command.argv.push_back(builder::plain_script());
        const auto child = world.processes.start_on_socket(command, std::move(ends.write));
        const http::StreamSocket socket(std::move(ends.read));
        PlainOutput output(world.reporter, step, machine.peer);
        output.refuse_ignored_caches(request.nix);
        send(socket, job, source, cancel);
        receive(socket, output, cancel);
        const process::ExitStatus status = child->wait();
        if (!status.signal && status.code == builder::plain_status::no_nix) return no_nix();
        if (!status.success())
          throw plain_failure(status, output, child->tail_of_stderr(), what, machine.peer);
        return BuildReports{BuildReport{
            .engine = facts, .images = look_up_all(output, request, machine, engine, cancel)}};
      });
}

} // namespace nixbuild::pipeline
