#pragma once

#include "agent/conversation.hpp"
#include "archive/stream.hpp"
#include "image/image_set.hpp"
#include "support/cancel.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

// How images that were built on another machine are brought on by this one, to registries and
// files: the agent says what it has, and then, as long as the client orders layers, sends them.
//   "images SET"  → an order, or "done"      (image_messages.hpp)
//   "layer"       → the next one; the layer's bytes come with the question
namespace nixbuild::pipeline {

// The agent's end: returns when the client is done with `images`. Throws an Error as
// Conversation::ask does; a layer that is damaged is one of kind failed.
void hand_over(const image::ImageSet& images, agent::Conversation& client,
               const CancelToken& cancel);

// The client's end.
class HandedOver {
public:
  // `use` is called with the images, on a thread of its own; their layers may be read by several
  // threads, and come one after the other.
  using Use = std::function<void(const image::ImageSet&)>;
  HandedOver(Use use, CancelToken cancel);
  HandedOver(const HandedOver&) = delete;
  HandedOver& operator=(const HandedOver&) = delete;
  // Layers that are being read end with an Error of kind unavailable.
  ~HandedOver();

  // Whether a question of the agent is for this.
  [[nodiscard]] static bool is_for(std::string_view question);

  // Answers one; what comes with it goes to whoever has ordered it. Throws an Error: corrupt for
  // a question out of turn, cancelled.
  [[nodiscard]] std::string answer(const std::string& question, archive::Source& data);

  // To be called when the agent has reported: throws what `use` has thrown, or an Error of kind
  // corrupt when no images came.
  void finish();

private:
  class Orders;

  Use use_;
  CancelToken cancel_;
  std::shared_ptr<Orders> orders_;
  std::thread thread_;
  std::exception_ptr failure_; // of `use`
};

} // namespace nixbuild::pipeline
