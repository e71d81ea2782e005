#include "watch/uv_file_watch.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>

#include <uv.h>

namespace nixbuild::watch {

namespace fs = std::filesystem;

namespace {

// An editor's save is several events, and a checkout many. Where they do not end (a log file that
// is part of a flake), the first ones must not wait for ever.
constexpr std::uint64_t quiet_ms = 100;
constexpr std::uint64_t longest_ms = 2000;

Error uv_error(int status, std::string_view what) {
  Error error = system_error(-status, what);
  if (status != UV_ENOSPC && status != UV_EMFILE) return error;
  return Error(ErrorKind::io, error.message())
      .with_hint("The system limits what is watched. On Linux: sysctl fs.inotify.max_user_watches "
                 "and fs.inotify.max_user_instances show the limits, and set higher ones.");
}

void check(int status, std::string_view what) {
  if (status < 0) throw uv_error(status, what);
}

// Closes all of its handles, whose memory must live until then.
class Loop {
public:
  Loop() { check(::uv_loop_init(&loop_), "cannot watch files"); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    ::uv_walk(&loop_, [](uv_handle_t* handle, void*) { ::uv_close(handle, nullptr); }, nullptr);
    ::uv_run(&loop_, UV_RUN_DEFAULT);
    ::uv_loop_close(&loop_);
  }

  [[nodiscard]] uv_loop_t* get() noexcept { return &loop_; }

private:
  uv_loop_t loop_{};
};

class UvFileWatch final : public FileWatch {
public:
  explicit UvFileWatch(const WatchedFolders& folders) {
    check(::uv_async_init(loop_.get(), &wake_, stop_loop), "cannot watch files");
    check(::uv_timer_init(loop_.get(), &timer_), "cannot watch files");
    for (const auto& [path, names] : folders)
      add(path, names);
  }

  std::set<fs::path> wait(const CancelToken& cancel) override {
    const auto registration = cancel.on_cancel([this](CancelLevel) { ::uv_async_send(&wake_); });
    do {
      cancel.throw_if_cancelled();
      ::uv_run(loop_.get(), UV_RUN_DEFAULT);
    } while (changed_.empty() || first_event_);
    return std::exchange(changed_, {});
  }

private:
  struct Folder {
    UvFileWatch& watch;
    fs::path path;
    std::set<std::string> names;
    uv_fs_event_t handle = {};
  };

  static void stop_loop(uv_async_t* handle) { ::uv_stop(handle->loop); }

  void add(const fs::path& path, const std::set<std::string>& names) {
    Folder& folder = folders_.emplace_back(*this, path, names);
    const std::string what = format("cannot watch {}", path.string());
    check(::uv_fs_event_init(loop_.get(), &folder.handle), what);
    folder.handle.data = &folder;
    const int status = ::uv_fs_event_start(&folder.handle, on_event, path.c_str(), 0);
    if (status != UV_ENOENT && status != UV_ENOTDIR) check(status, what);
  }

  static void on_event(uv_fs_event_t* handle, const char* name, int /*events*/, int /*status*/) {
    Folder& folder = *static_cast<Folder*>(handle->data);
    if (name == nullptr) {
      folder.watch.note(folder.path);
    } else if (folder.names.empty() || folder.names.contains(name)) {
      folder.watch.note(folder.path / name);
    }
  }

  void note(fs::path path) {
    changed_.insert(std::move(path));
    const std::uint64_t now = ::uv_now(loop_.get());
    if (!first_event_) first_event_ = now;
    const std::uint64_t waited = std::min(now - *first_event_, longest_ms);
    timer_.data = this;
    ::uv_timer_start(&timer_, on_quiet, std::min(quiet_ms, longest_ms - waited), 0);
  }

  static void on_quiet(uv_timer_t* timer) {
    static_cast<UvFileWatch*>(timer->data)->first_event_.reset();
    ::uv_stop(timer->loop);
  }

  std::set<fs::path> changed_;
  std::optional<std::uint64_t> first_event_; // of those in changed_, until it is quiet
  std::list<Folder> folders_;
  uv_async_t wake_{};
  uv_timer_t timer_{};
  Loop loop_; // the last one: it closes the handles above
};

} // namespace

std::unique_ptr<FileWatch> uv_file_watch(const WatchedFolders& folders) {
  return std::make_unique<UvFileWatch>(folders);
}

} // namespace nixbuild::watch
