#include "builder/builder_container.hpp"

#include "oci/digest.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <utility>

namespace nixbuild::builder {

namespace {

// Of containers and volumes: the ID of the image that they were made from.
constexpr const char* image_label = "com.docker-nixbuild.image";
// Of containers: what the user called that image; empty: nothing.
constexpr const char* image_name_label = "com.docker-nixbuild.image-name";
// Of containers: a digest of everything else that they were made with.
constexpr const char* recipe_label = "com.docker-nixbuild.recipe";

constexpr const char* usual_image = "nixos/nix:2.31.5";
constexpr const char* usual_socket = "/var/run/docker.sock";
constexpr const char* podman_socket = "/run/podman/podman.sock";

// Process 1: does nothing until it is told to end, and collects orphans meanwhile.
constexpr const char* sleep_until_stopped =
    "trap \"exit 0\" TERM INT; while :; do sleep 86400 & wait $!; done";

// Of two runs that create, replace and remove at the same time, one may find what it has just seen
// changed; it looks again.
constexpr int most_attempts = 10;

// /etc/nix/nix.conf of the usual image is a link into its store and turns the sandbox off; the
// variable goes before it. What Nix and the agent remember is kept beside the store.
std::vector<std::string> environment_of(const ContainerOptions& options) {
  std::vector<std::string> environment{
      "NIX_CONFIG=extra-experimental-features = nix-command flakes\n"
      "sandbox = true\n"
      "sandbox-fallback = false\n"
      "max-jobs = auto\n",
      "XDG_CACHE_HOME=/nix/var/docker-nixbuild/cache",
      "XDG_STATE_HOME=/nix/var/docker-nixbuild/state"};
  environment.insert(environment.end(), options.environment.begin(), options.environment.end());
  return environment;
}

std::string socket_of(const ContainerOptions& options, const engine::Facts& engine) {
  if (!options.socket.empty()) return options.socket;
  return engine.store == engine::ImageStore::containers_storage ? podman_socket : usual_socket;
}

engine::ContainerSpec spec_of(const std::string& name, const ContainerOptions& options,
                              const engine::Facts& engine, const std::string& image_id) {
  using Kind = engine::Mount::Kind;
  engine::ContainerSpec spec{
      .image = image_id,
      .entrypoint = {"sh", "-c", sleep_until_stopped},
      .environment = environment_of(options),
      .labels = {},
      .mounts = {{.kind = Kind::volume, .source = volume_of(name, options), .target = "/nix"},
                 {.kind = Kind::bind,
                  .source = socket_of(options, engine),
                  .target = socket_in_container}},
      .network = options.network,
      .privileged = true, // or Nix has no sandbox
  };
  std::string recipe = format("{}\n{}\n{}\n{}", image_of(options), spec.network,
                              fmt::join(spec.entrypoint, "\n"), fmt::join(spec.environment, "\n"));
  for (const engine::Mount& mount : spec.mounts)
    recipe += format("\n{}\n{}", mount.source, mount.target);
  spec.labels =
      engine::Labels{{builder_label, name},
                     {image_label, image_id},
                     {image_name_label, options.image},
                     {recipe_label, std::string(oci::Digest::of(recipe).hex().substr(0, 16))}};
  return spec;
}

oci::Reference reference_of(const ContainerOptions& options) {
  const std::string text = image_of(options);
  auto reference = oci::Reference::parse(text);
  if (!reference) {
    throw Error(
        ErrorKind::invalid_input,
        format("the builder's image \"{}\" is no image's name: {}", text, reference.error()));
  }
  return *std::move(reference);
}

std::string label_of(const engine::Labels& labels, const char* label) {
  const auto found = labels.find(label);
  return found == labels.end() ? std::string() : found->second;
}

// Docker Desktop's Enhanced Container Isolation refuses the socket in these words.
bool is_isolation(const Error& error) {
  return error.detail().contains("docker socket mount denied");
}

Error explained(Error error, const std::string& socket) {
  if (is_isolation(error)) {
    return std::move(error).with_hint(
        "Enhanced Container Isolation keeps the engine's socket from containers: an administrator "
        "can allow the builder's image in dockerSocketMount.imageList. Else build with "
        "--builder=host.");
  }
  if (error.detail().contains("bind source path does not exist") ||
      error.detail().contains("no such file or directory")) {
    return std::move(error).with_hint(
        format("Is {} the engine's socket on its own machine? Name another one with `docker "
               "nixbuild builder create --driver-opt socket=PATH`.",
               socket));
  }
  return error;
}

// One look at what there is, and what follows from it.
class Attempt {
public:
  Attempt(engine::Engine& engine, const std::string& name, const ContainerOptions& options,
          progress::Reporter& reporter, const CancelToken& cancel)
      : engine_(engine)
      , name_(name)
      , container_(container_of(name))
      , volume_(volume_of(name, options))
      , options_(options)
      , image_(reference_of(options))
      , reporter_(reporter)
      , cancel_(cancel) {}

  // Whether the container runs; otherwise there is more to do.
  bool succeeds() {
    const auto there = engine_.inspect_container(container_, cancel_);
    if (there) {
      require_ours(there->labels, "container", container_);
      keep_choice(there->labels);
    }
    const auto image = engine_.inspect_image(image_.str(), cancel_);
    if (!there) return create(image ? image->id : pull());
    // An image that is gone is no reason to make anything anew.
    const std::string image_id = image ? image->id : image_id_of(there->labels);
    const auto wanted = spec_of(name_, options_, engine_.facts(cancel_), image_id);
    if (there->labels.at(image_label) != image_id ||
        label_of(there->labels, recipe_label) != wanted.labels.at(recipe_label)) {
      say(format("the container {} is made anew: it has other options or another image than the "
                 "builder {} is to have",
                 container_, name_));
      (void)engine_.remove_container(there->id, cancel_);
      return false;
    }
    return there->running || start();
  }

private:
  // An image that was chosen once need not be named again.
  void keep_choice(const engine::Labels& labels) {
    if (!options_.image.empty()) return;
    options_.image = chosen_image(labels);
    image_ = reference_of(options_);
  }

  std::string pull() {
    progress::as_step(reporter_, format("pull {}", image_.familiar()), [&](progress::Step& step) {
      engine_.pull_image(
          image_,
          [&](std::string_view layer, std::uint64_t done, std::uint64_t all) {
            step.advance(layer, done, all, all > 0 && done == all);
          },
          cancel_);
    });
    const auto image = engine_.inspect_image(image_.str(), cancel_);
    if (!image) {
      throw Error(ErrorKind::not_found,
                  format("the engine has pulled {} and does not have it", image_.familiar()));
    }
    return image->id;
  }

  bool create(const std::string& image_id) {
    const auto spec = spec_of(name_, options_, engine_.facts(cancel_), image_id);
    return progress::as_step(
        reporter_, format("create the builder container {}", container_), [&](progress::Step&) {
          prepare_volume(spec.labels);
          try {
            return engine_.create_container(container_, spec, cancel_) && start();
          } catch (const Error& error) {
            throw explained(error, socket_of(options_, engine_.facts(cancel_)));
          }
        });
  }

  bool start() { return engine_.start_container(container_, cancel_); }

  // Empty, or filled from the same image.
  void prepare_volume(const engine::Labels& labels) {
    if (const auto there = engine_.inspect_volume(volume_, cancel_)) {
      require_ours(there->labels, "volume", volume_);
      if (there->labels.at(image_label) == labels.at(image_label)) return;
      say(format("the volume {} is made anew: it was filled from another image", volume_));
      (void)engine_.remove_volume(volume_, cancel_);
    }
    engine_.create_volume(
        volume_, {{builder_label, labels.at(builder_label)}, {image_label, labels.at(image_label)}},
        cancel_);
  }

  static void require_ours(const engine::Labels& labels, std::string_view what,
                           const std::string& name) {
    if (labels.contains(builder_label) && labels.contains(image_label)) return;
    throw Error(ErrorKind::refused,
                format("the engine has a {} {} that is no builder's", what, name))
        .with_hint("Choose another name with `docker nixbuild builder create --name`.");
  }

  void say(std::string text) {
    progress::notice(reporter_, progress::Notice::Level::warning, std::move(text));
  }

  engine::Engine& engine_;
  const std::string& name_;
  std::string container_;
  std::string volume_;
  ContainerOptions options_;
  oci::Reference image_;
  progress::Reporter& reporter_;
  const CancelToken& cancel_;
};

} // namespace

std::string image_of(const ContainerOptions& options) {
  return options.image.empty() ? usual_image : options.image;
}

std::string chosen_image(const engine::Labels& labels) {
  return label_of(labels, image_name_label);
}

std::string image_id_of(const engine::Labels& labels) {
  return label_of(labels, image_label);
}

std::string container_of(const std::string& name) {
  return "docker-nixbuild-" + name;
}

std::string volume_of(const std::string& name, const ContainerOptions& options) {
  return options.volume.empty() ? container_of(name) : options.volume;
}

void run_builder_container(engine::Engine& engine, const std::string& name,
                           const ContainerOptions& options, progress::Reporter& reporter,
                           const CancelToken& cancel) {
  Attempt attempt(engine, name, options, reporter, cancel);
  for (int count = 0; count < most_attempts; ++count)
    if (attempt.succeeds()) return;
  throw Error(ErrorKind::failed,
              format("somebody else changes the container {} all the time", container_of(name)));
}

bool remove_builder_container(engine::Engine& engine, const std::string& name,
                              const ContainerOptions& options, bool keep_volume,
                              const CancelToken& cancel) {
  const auto is_ours = [](const auto& there) {
    return there && there->labels.contains(builder_label);
  };
  bool removed = false;
  const std::string container = container_of(name);
  if (is_ours(engine.inspect_container(container, cancel)))
    removed = engine.remove_container(container, cancel);
  const std::string volume = volume_of(name, options);
  if (!keep_volume && is_ours(engine.inspect_volume(volume, cancel)))
    removed = engine.remove_volume(volume, cancel) || removed;
  return removed;
}

} // namespace nixbuild::builder
