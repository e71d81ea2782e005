#include "pipeline/nodes.hpp"

#include "pipeline/build_here.hpp"
#include "pipeline/connection.hpp"
#include "pipeline/deliver.hpp"
#include "pipeline/platforms.hpp"
#include "pipeline/remotely.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace nixbuild::pipeline {

namespace {

// The platforms that one machine builds.
struct Part {
  std::optional<std::string> context; // else the current one
  std::vector<oci::Platform> platforms;
};

std::vector<Part> parts_of(const BuildRequest& request) {
  std::map<std::optional<std::string>, Part> parts;
  for (const oci::Platform& platform : request.platforms) {
    const auto node =
        std::ranges::find_if(request.nodes, [&](const auto& one) { return one.first == platform; });
    const auto context =
        node == request.nodes.end() ? std::optional<std::string>() : std::optional(node->second);
    Part& part = parts[context];
    part.context = context;
    part.platforms.push_back(platform);
  }
  for (const auto& [platform, context] : request.nodes) {
    if (std::ranges::find(request.platforms, platform) != request.platforms.end()) continue;
    throw Error(
        ErrorKind::invalid_input,
        format("--builder {}={} names a platform that is not built", platform.str(), context))
        .with_hint(format("Add it: --platform {}.", platform.str()));
  }
  std::vector<Part> list;
  list.reserve(parts.size());
  for (auto& [context, part] : parts)
    list.push_back(std::move(part));
  return list;
}

BuildRequest request_of(const Part& part, const BuildRequest& request) {
  BuildRequest own = request;
  own.platforms = part.platforms;
  own.nodes.clear();
  own.outputs.clear();
  if (part.context) {
    own.docker.context = part.context;
    own.docker.hosts.clear();
  }
  return own;
}

// Where the parts bring their images, which can be read until all are done with.
class Gathering {
public:
  explicit Gathering(std::size_t parts) : missing_(parts) {}

  // Called by a part: adds its images and waits until nobody needs them any more.
  void bring(const image::ImageSet& images) {
    std::unique_lock lock(mutex_);
    images_.insert(images_.end(), images.begin(), images.end());
    --missing_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
  }

  // Called by a part that has no images to bring: it has only told what it would do.
  void tell(std::vector<BuildPlan> plans) {
    const std::lock_guard lock(mutex_);
    plans_.insert(plans_.end(), plans.begin(), plans.end());
    --missing_;
    changed_.notify_all();
  }

  void fail(Error failure) {
    const std::lock_guard lock(mutex_);
    // What fails after the first failure was stopped because of it.
    if (!failure_) failure_ = std::move(failure);
    changed_.notify_all();
  }

  // All images, in the order of `platforms`. Throws the first part's failure.
  [[nodiscard]] image::ImageSet wait(const std::vector<oci::Platform>& platforms) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return missing_ == 0 || failure_; });
    if (failure_) throw Error(*failure_);
    std::ranges::sort(images_, {}, [&](const image::PlatformImage& one) {
      return std::ranges::find(platforms, one.image.platform) - platforms.begin();
    });
    return images_;
  }

  // After wait().
  [[nodiscard]] std::vector<BuildPlan> plans() {
    const std::lock_guard lock(mutex_);
    return std::move(plans_);
  }

  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t missing_;
  image::ImageSet images_;
  std::vector<BuildPlan> plans_;
  std::optional<Error> failure_;
  bool released_ = false;
};

void build_part(const Part& part, const BuildRequest& request, Gathering& gathering, World& world,
                const CancelToken& cancel) {
  const BuildRequest own = request_of(part, request);
  const Deliver bring = [&](const image::ImageSet& images, BuildReport&) {
    gathering.bring(images);
  };
  try {
    Connection connection = connect(own.docker, world);
    auto report = build_remotely(own, connection, bring, world, cancel);
    if (!report) report = build_here(own, connection, bring, world, cancel);
    if (request.dry_run) gathering.tell(std::move(report->plans));
  } catch (Error& error) {
    if (part.context) error.add_frame(format("building with the context '{}'", *part.context));
    gathering.fail(std::move(error));
  } catch (const std::exception& error) {
    gathering.fail(Error(ErrorKind::internal, error.what()));
  }
}

// The threads of the parts; they end before it does.
class Parts {
public:
  Parts(const std::vector<Part>& parts, const BuildRequest& request, Gathering& gathering,
        World& world, const CancelToken& cancel)
      : gathering_(gathering)
      , forward_(cancel.on_cancel([this](CancelLevel level) { stop_.raise(level); })) {
    for (const Part& part : parts) {
      threads_.emplace_back(
          [&, this] { build_part(part, request, gathering, world, stop_.token()); });
    }
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    gathering_.release();
    if (!whole_) stop_.raise(CancelLevel::graceful);
    for (std::thread& thread : threads_)
      thread.join();
  }

  // All that was wanted of them is done.
  void whole() { whole_ = true; }

private:
  Gathering& gathering_;
  CancelSource stop_;
  CancelToken::Registration forward_;
  bool whole_ = false;
  std::vector<std::thread> threads_;
};

} // namespace

BuildReport run_on_nodes(const BuildRequest& request, World& world, const CancelToken& cancel) {
  const std::vector<Part> list = parts_of(request);
  BuildReport report;
  Gathering gathering(list.size());
  Parts parts(list, request, gathering, world, cancel);
  const image::ImageSet images = gathering.wait(request.platforms);
  if (request.dry_run) {
    report.plans = gathering.plans();
  } else {
    deliver_all(images, request, world, report, cancel);
  }
  parts.whole();
  return report;
}

} // namespace nixbuild::pipeline
