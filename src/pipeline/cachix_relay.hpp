#pragma once

#include "agent/conversation.hpp"
#include "archive/stream.hpp"
#include "nix/closure.hpp"
#include "pipeline/world.hpp"
#include "support/cancel.hpp"

#include <optional>
#include <string>
#include <string_view>

// A push to Cachix of what is on an engine's machine: the agent there sends NARs to its client,
// which has the token and speaks to Cachix, so that no token gets to that machine.
namespace nixbuild::pipeline {

// The agent's side: offers `closure`, which is in this machine's store, for the cache `name`, and
// sends what is wanted of it.
void offer_to_cachix(const std::string& name, const nix::Closure& closure,
                     agent::Conversation& client, const CancelToken& cancel);

// The client's side.
class CachixRelay {
public:
  // `world` needs a Web and must live longer.
  CachixRelay(World& world, CancelToken cancel) : world_(world), cancel_(std::move(cancel)) {}

  // Whether a question of the agent is for us.
  [[nodiscard]] static bool is_for(std::string_view question);
  // As agent::Answerer. Throws an Error: corrupt for what the agent should not say, or what
  // cache::Cachix throws.
  [[nodiscard]] std::string answer(const std::string& question, archive::Source& data);

private:
  [[nodiscard]] std::string take_offer(std::string_view offer, archive::Source& data);
  void take_nar(std::string_view hash, archive::Source& data);

  World& world_;
  CancelToken cancel_;
  std::string name_; // of the cache
  nix::Closure closure_;
};

// A closure as text, as `nix-store --dump-db` prints it.
[[nodiscard]] std::string closure_text(const nix::Closure& closure);

} // namespace nixbuild::pipeline
