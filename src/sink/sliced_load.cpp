#include "sink/sliced_load.hpp"

#include "sink/load_request.hpp"
#include "sink/missing_layers.hpp"
#include "sink/prefix_image.hpp"
#include "sink/tidying.hpp"
#include "support/error.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace nixbuild::sink {

namespace {

// Leaves a slice because an earlier one failed. An Error, so that code in between which handles
// errors handles it too; never shown.
class GivenUp : public Error {
public:
  GivenUp() : Error(ErrorKind::cancelled, "an earlier part of the image could not be loaded") {}
};

// Which slice may do what, for the two threads that load them.
class Turns {
public:
  // Both throw GivenUp once a slice has failed.
  void wait_to_send(std::size_t slice) {
    wait_until([&] { return sent_ >= slice; });
  }
  void wait_to_finish(std::size_t slice) {
    wait_until([&] { return loaded_ >= slice; });
  }

  void sent(std::size_t slice) {
    change([&] { sent_ = std::max(sent_, slice + 1); });
  }
  void loaded(std::size_t slice, const SentLoad& load) {
    change([&] {
      // An engine may answer before it has read the end.
      sent_ = std::max(sent_, slice + 1);
      loaded_ = slice + 1;
      bytes_ += load.bytes;
      vouched_for_ = load.vouched_for;
    });
  }
  void failed(std::size_t slice, std::exception_ptr failure) {
    change([&] {
      if (!failure_ || slice < failed_slice_) failure_ = std::move(failure);
      failed_slice_ = std::min(failed_slice_, slice);
    });
  }

  // For when no thread is at work any more.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool last_is_vouched_for() const { return vouched_for_; }
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }

private:
  template <class Condition>
  void wait_until(const Condition& condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || condition(); });
    if (failure_) throw GivenUp();
  }
  template <class Change>
  void change(const Change& apply) {
    const std::scoped_lock lock(mutex_);
    apply();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t sent_ = 0;   // slices whose bytes are all on their way
  std::size_t loaded_ = 0; // slices that the engine has
  std::uint64_t bytes_ = 0;
  bool vouched_for_ = false; // the slice that was loaded last
  std::exception_ptr failure_;
  std::size_t failed_slice_ = SIZE_MAX;
};

class SlicedLoad {
public:
  SlicedLoad(const std::vector<image::Image>& images, const std::vector<Slice>& slices,
             LoadProgress& progress, const CancelToken& cancel)
      : images_(images)
      , slices_(slices)
      , progress_(progress)
      , cancel_(cancel) {}

  void run(engine::Engine& engine) {
    if (slices_.size() == 1) return load_every_second(0, engine);
    engine::Engine second = engine.another_connection();
    std::thread helper([&] { load_every_second(1, second); });
    load_every_second(0, engine);
    helper.join();
  }

  [[nodiscard]] const Turns& turns() const { return turns_; }

private:
  void load_every_second(std::size_t first, engine::Engine& engine) noexcept {
    for (std::size_t slice = first; slice < slices_.size(); slice += 2) {
      try {
        turns_.wait_to_send(slice);
        const LoadPace pace{.before_metadata = [&] { turns_.wait_to_finish(slice); },
                            .after_sending = [&] { turns_.sent(slice); }};
        turns_.loaded(slice, send_load(images_[slice], slices_[slice].plan, engine, progress_, pace,
                                       cancel_));
      } catch (const GivenUp&) {
        return;
      } catch (...) {
        turns_.failed(slice, std::current_exception());
        return;
      }
    }
  }

  const std::vector<image::Image>& images_;
  const std::vector<Slice>& slices_;
  LoadProgress& progress_;
  const CancelToken& cancel_;
  Turns turns_;
};

// What each request makes of the layers that are there with it: prefixes, and in the end the whole.
std::vector<image::Image> images_of(const image::Image& image, const std::vector<Slice>& slices,
                                    const std::string& purpose) {
  std::vector<image::Image> images;
  images.reserve(slices.size());
  for (std::size_t i = 0; i + 1 < slices.size(); ++i)
    images.push_back(prefix_image(image, slices[i].end, purpose));
  images.push_back(image);
  return images;
}

// Whether the engine has every byte of an image that it describes.
bool is_whole(const image::Image& image, const engine::ImageDetails& there,
              engine::Engine& engine) {
  // Only the containerd store keeps images with gaps.
  if (engine.facts({}).store != engine::ImageStore::containerd) return true;
  if (there.available) return *there.available;
  std::vector<oci::Digest> blobs;
  blobs.reserve(image.layers.size());
  for (const image::Layer& layer : image.layers)
    blobs.push_back(layer.digest);
  const auto present = engine.present_blobs(blobs, {});
  return present && layers_not_in(*present, image).layers.empty();
}

enum class Keep { newest, none };

// Of the prefix images, leaves at most the last one that is whole: its layers are all that the
// others have. That is for the engine to say: the answer to its load may have come too late for us.
void remove_prefixes(const std::vector<image::Image>& images, Keep keep,
                     const engine::Engine& engine) {
  tidy_up(engine, [&](engine::Engine& brisk) {
    bool kept = keep == Keep::none;
    for (std::size_t i = images.size() - 1; i-- > 0;) {
      const std::string id = image_id(images[i], brisk.facts({}).store);
      const auto there = brisk.inspect_image(id, {});
      if (!there) continue;
      if (!kept && is_whole(images[i], *there, brisk)) {
        kept = true;
      } else {
        (void)brisk.remove_image(id, {});
      }
    }
  });
}

// An engine whose disk is full had better have the space back.
Keep what_to_keep(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.kind() == ErrorKind::no_space ? Keep::none : Keep::newest;
  } catch (...) {
    return Keep::newest;
  }
}

} // namespace

SlicedLoadReport send_sliced(const image::Image& image, const std::vector<Slice>& slices,
                             const std::string& purpose, engine::Engine& engine,
                             LoadProgress& progress, const CancelToken& cancel) {
  const std::vector<image::Image> images = images_of(image, slices, purpose);
  SlicedLoad load(images, slices, progress, cancel);
  load.run(engine);
  const Turns& turns = load.turns();
  if (turns.failure()) {
    remove_prefixes(images, what_to_keep(turns.failure()), engine);
    std::rethrow_exception(turns.failure());
  }
  SlicedLoadReport report{.sent_bytes = turns.bytes(), .vouched_for = turns.last_is_vouched_for()};
  for (const Slice& slice : slices)
    report.sent_layers += slice.plan.layers.size();
  return report;
}

} // namespace nixbuild::sink
