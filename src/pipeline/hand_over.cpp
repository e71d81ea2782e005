#include "pipeline/hand_over.hpp"

#include "archive/written_source.hpp"
#include "pipeline/image_messages.hpp"
#include "sink/stored_layer.hpp"
#include "support/error.hpp"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace nixbuild::pipeline {

namespace {

constexpr std::string_view images_question = "images ";
constexpr std::string_view layer_question = "layer";
constexpr std::string_view done = "done";

class NoData final : public archive::Sink {
public:
  void write(std::span<const std::byte> /*data*/) override {
    throw Error(ErrorKind::corrupt, "the client sent data that was not asked for");
  }
};

void write_layer(const image::Layer& layer, archive::Compression compression, archive::Sink& out,
                 const CancelToken& cancel) {
  try {
    if (compression == archive::Compression::none)
      return sink::write_as_it_is(layer, out, {}, cancel);
    sink::write_compressed(layer, compression, out, {}, cancel);
  } catch (const Error& error) {
    // There is no way back in the conversation to begin anew.
    if (error.kind() != ErrorKind::corrupt) throw;
    throw Error(ErrorKind::failed, error.message()).with_hint(error.hint());
  }
}

} // namespace

void hand_over(const image::ImageSet& images, agent::Conversation& client,
               const CancelToken& cancel) {
  NoData nothing;
  std::string order = client.ask(std::string(images_question) + to_message(images));
  while (order != done) {
    const LayerOrder wanted = parse_order(order, images);
    const image::Layer& layer = images[wanted.image].image.layers[wanted.layer];
    archive::WrittenSource data(
        [&](archive::Sink& sink) { write_layer(layer, wanted.compression, sink, cancel); });
    order = client.ask(layer_question, data, nothing);
  }
}

// Where those who want layers and the one who gets them from the agent meet.
class HandedOver::Orders {
public:
  explicit Orders(const CancelToken& cancel)
      : watch_(cancel.on_cancel([this](CancelLevel) { fail(cancelled()); })) {}

  // Has `sink` given the bytes of a layer, and returns when it has them all.
  void fetch(const LayerOrder& order, archive::Sink& sink) {
    const std::lock_guard turn(turn_);
    std::unique_lock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    Wanted wanted{.order = order, .sink = sink, .failure = {}};
    wanted_ = &wanted;
    changed_.notify_all();
    changed_.wait(lock, [&] { return wanted_ == nullptr || (failure_ && !delivering_); });
    if (wanted_ != nullptr) {
      wanted_ = nullptr;
      std::rethrow_exception(failure_);
    }
    if (wanted.failure) std::rethrow_exception(wanted.failure);
  }

  // The next order as a message, or "done" when there will be none.
  [[nodiscard]] std::string next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_ || failure_ || wanted_ != nullptr; });
    if (failure_) std::rethrow_exception(failure_);
    return wanted_ != nullptr ? to_message(wanted_->order) : std::string(done);
  }

  // Gives `data` to whoever has ordered it.
  void deliver(archive::Source& data) {
    Wanted* wanted = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (wanted_ == nullptr)
        throw Error(ErrorKind::corrupt, "the agent sent a layer that nobody has ordered");
      wanted = wanted_;
      delivering_ = true;
    }
    std::exception_ptr lost;
    try {
      give(data, *wanted);
    } catch (...) {
      lost = std::current_exception();
      wanted->failure = lost;
    }
    const std::lock_guard lock(mutex_);
    wanted_ = nullptr;
    delivering_ = false;
    changed_.notify_all();
    if (lost) std::rethrow_exception(lost);
  }

  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    changed_.notify_all();
  }

private:
  struct Wanted {
    LayerOrder order;
    archive::Sink& sink;
    std::exception_ptr failure; // of the sink, or of the connection
  };

  static std::exception_ptr cancelled() {
    return std::make_exception_ptr(Error(ErrorKind::cancelled, "cancelled"));
  }

  // A sink that fails takes no more; the connection stays usable, since all is read all the same.
  static void give(archive::Source& data, Wanted& wanted) {
    std::array<std::byte, std::size_t{64} << 10U> buffer{};
    while (const std::size_t size = data.read(buffer)) {
      if (wanted.failure) continue;
      try {
        wanted.sink.write(std::span(buffer).first(size));
      } catch (...) {
        wanted.failure = std::current_exception();
      }
    }
  }

  std::mutex turn_; // of those who want a layer
  std::mutex mutex_;
  std::condition_variable changed_;
  Wanted* wanted_ = nullptr;
  bool delivering_ = false;
  bool finished_ = false;
  std::exception_ptr failure_;
  CancelToken::Registration watch_;
};

namespace {

// A layer on the agent's machine.
template <class Orders>
class HandedLayer final : public image::LayerContent {
public:
  HandedLayer(std::shared_ptr<Orders> orders, std::size_t image, std::size_t layer)
      : orders_(std::move(orders))
      , image_(image)
      , layer_(layer) {}

  void write_to(archive::Sink& sink, const CancelToken& cancel) const override {
    (void)write_compressed_to(sink, archive::Compression::none, cancel);
  }

  bool write_compressed_to(archive::Sink& sink, archive::Compression compression,
                           const CancelToken& cancel) const override {
    cancel.throw_if_cancelled();
    orders_->fetch({.image = image_, .layer = layer_, .compression = compression}, sink);
    return true;
  }

private:
  std::shared_ptr<Orders> orders_;
  std::size_t image_;
  std::size_t layer_;
};

} // namespace

HandedOver::HandedOver(Use use, CancelToken cancel)
    : use_(std::move(use))
    , cancel_(std::move(cancel))
    , orders_(std::make_shared<Orders>(cancel_)) {}

HandedOver::~HandedOver() {
  orders_->fail(std::make_exception_ptr(
      Error(ErrorKind::unavailable, "the connection to the machine that has the image is lost")));
  if (thread_.joinable()) thread_.join();
}

bool HandedOver::is_for(std::string_view question) {
  return question.starts_with(images_question) || question == layer_question;
}

std::string HandedOver::answer(const std::string& question, archive::Source& data) {
  if (question == layer_question) {
    orders_->deliver(data);
    return orders_->next();
  }
  if (thread_.joinable()) throw Error(ErrorKind::corrupt, "the agent sent its images twice");
  image::ImageSet images =
      parse_images(std::string_view(question).substr(images_question.size()),
                   [&](std::size_t image, std::size_t layer) {
                     return std::make_shared<HandedLayer<Orders>>(orders_, image, layer);
                   });
  thread_ = std::thread([this, images = std::move(images)] {
    try {
      use_(images);
    } catch (...) {
      failure_ = std::current_exception();
    }
    orders_->finish();
  });
  return orders_->next();
}

void HandedOver::finish() {
  if (!thread_.joinable()) throw Error(ErrorKind::corrupt, "the agent has handed over no image");
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

} // namespace nixbuild::pipeline
