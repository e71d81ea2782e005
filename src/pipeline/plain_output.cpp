#include "pipeline/plain_output.hpp"

#include "builder/plain_script.hpp"
#include "builder/ssh_failure.hpp"
#include "engine/json_messages.hpp"
#include "engine/load_answer.hpp"
#include "engine/refusal.hpp"
#include "nix/errors.hpp"
#include "process/line_splitter.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <optional>
#include <utility>

namespace nixbuild::pipeline {

namespace {

constexpr std::size_t most_answer = std::size_t{1} << 20U;

// "Loaded image: NAME", "Loaded image ID: sha256:…" (moby daemon/images, Podman, too).
std::optional<std::string> loaded_image(std::string_view line) {
  for (const std::string_view words : {"Loaded image: ", "Loaded image ID: "})
    if (line.starts_with(words)) return std::string(line.substr(words.size()));
  return std::nullopt;
}

Error failure_of_loading(std::string words, const std::string& peer) {
  return engine::refusal(format("load the image on {}", peer), std::move(words));
}

} // namespace

PlainOutput::PlainOutput(progress::Reporter& reporter, progress::Step& step, std::string peer)
    : reporter_(reporter)
    , log_(reporter, step)
    , peer_(std::move(peer)) {}

void PlainOutput::line(std::string_view line) {
  empty_ = false;
  if (loading_) {
    if (answer_.size() + line.size() < most_answer) answer_ += format("{}\n", line);
  } else if (line == builder::docker_answers || line == builder::engine_answers) {
    answer_is_json_ = line == builder::engine_answers;
    loading_ = std::make_unique<progress::Step>(reporter_, format("load on {}", peer_));
  } else {
    log_.line(line);
  }
}

std::vector<std::string> PlainOutput::engine_lines() const {
  std::vector<std::string> lines;
  if (answer_is_json_) {
    const std::string operation = "load the image";
    const engine::LayerProgress on_layer;
    engine::LoadAnswer answer(operation, on_layer);
    engine::JsonMessages messages([&](const auto& message) { answer.take(message); });
    messages.feed(answer_);
    messages.finish();
    return std::move(answer).finish().lines;
  }
  process::LineSplitter().feed(answer_, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

std::vector<std::string> PlainOutput::loaded_images() const {
  std::vector<std::string> images;
  for (const std::string& line : engine_lines())
    if (auto image = loaded_image(line)) images.push_back(*std::move(image));
  if (images.empty()) throw failure_of_loading(answer_, peer_);
  return images;
}

Error another_engine(const std::string& peer) {
  return Error(ErrorKind::failed,
               format("docker on {} leads to another engine than the context", peer))
      .with_hint("Two engines run there. Name the socket of the right one in the context's URL, as "
                 "in ssh://host/run/user/1000/docker.sock.");
}

Error plain_failure(const process::ExitStatus& status, const PlainOutput& output,
                    const std::string& words, const std::string& what, const std::string& peer) {
  namespace ends = builder::plain_status;
  switch (status.signal ? -1 : status.code) {
  case ends::cannot_write:
    return builder::write_failure("the source tree", words, peer)
        .with_detail(words)
        .with_hint("Without an agent it is put into /tmp there.");
  case ends::not_built:
    return nix::explain(format("cannot build {}", what), output.nix_failure());
  case ends::other_form:
    return Error(ErrorKind::invalid_input,
                 format("{} is no image archive and no script that writes one, and all else needs "
                        "an agent",
                        what))
        .with_hint(std::string(hint_for_agent));
  case ends::script_failed:
    return Error(ErrorKind::failed, format("the script {} failed on {}", what, peer))
        .with_detail(words);
  case ends::not_loaded:
    return failure_of_loading(output.answer() + words, peer);
  case ends::no_loader:
    return Error(ErrorKind::not_found, format("neither docker nor curl is on {}", peer))
        .with_hint(std::string(hint_for_agent));
  case ends::other_engine:
    return another_engine(peer);
  default:
    break;
  }
  if (output.empty() || status.signal)
    return builder::start_failure({.status = status, .out = {}, .err = words}, peer);
  return Error(ErrorKind::unavailable, format("the connection to {} is lost", peer))
      .with_detail(words);
}

} // namespace nixbuild::pipeline
