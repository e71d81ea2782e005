#include "plugin/build_and_watch.hpp"

#include "pipeline/build_messages.hpp"
#include "plugin/print_error.hpp"
#include "plugin/watched_flakes.hpp"
#include "progress/text.hpp"
#include "source/file_look.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace nixbuild::plugin {

namespace fs = std::filesystem;

namespace {

using Requests = std::vector<pipeline::NamedRequest>;
using Changes = std::vector<std::string>;

std::string name_of(const source::LocalFlake& flake) {
  const bool git = flake.kind == source::LocalFlake::Kind::git;
  return format("{} {} {}", git, flake.submodules, flake.root.string());
}

std::string identity(const pipeline::NamedRequest& one) {
  return format("{} {}", one.name, pipeline::to_message(one.request));
}

// What building `request` writes on this machine.
void add_written(const pipeline::BuildRequest& request, std::set<fs::path>& written) {
  if (request.out_link) written.insert(*request.out_link);
  for (const pipeline::Output& output : request.outputs)
    if (const auto* file = std::get_if<pipeline::FileOutput>(&output))
      if (!file->destination.empty()) written.insert(file->destination);
}

std::set<fs::path> absolute(const std::set<fs::path>& paths) {
  std::set<fs::path> result;
  for (const fs::path& path : paths)
    result.insert((fs::current_path() / path).lexically_normal());
  return result;
}

std::string told(const Changes& changes) {
  constexpr std::size_t most = 3;
  std::string text = "changed: ";
  for (std::size_t at = 0; at < std::min(changes.size(), most); ++at)
    text += (at == 0 ? "" : ", ") + progress::printable(changes[at]);
  if (changes.size() > most) text += format(" and {} more", changes.size() - most);
  return text + "; building again\n";
}

// Programs read the JSON, and it would not be JSON any more.
bool tells(progress::Mode mode) {
  return mode == progress::Mode::plain || mode == progress::Mode::tty;
}

class Rounds {
public:
  Rounds(const WatchedCommand& command, World& world)
      : command_(command)
      , world_(world)
      , is_told_(tells(progress::choose_mode(command.progress, world.environment,
                                             world.err.terminal_size().has_value()))) {}

  int run() {
    prepare();
    if (flakes_.empty())
      throw Error(ErrorKind::usage, "there is nothing to watch: no flake on this machine is built")
          .with_hint("--watch is for flakes whose files are here, such as .#image");
    while (true) {
      build();
      try {
        wait_for_change();
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) return exit_code(ErrorKind::cancelled);
        throw;
      }
      if (!keep_going([&] { prepare(); }))
        due_.clear();
      else if (due_.empty())
        tell("no image is built from that\n");
    }
  }

private:
  struct Flake {
    source::LocalFlake flake;
    source::FileLook look;
    unsigned version = 0; // another one after each change
  };
  using Flakes = std::map<std::string, Flake>;
  using Versions = std::map<std::string, unsigned>;
  struct Item {
    pipeline::NamedRequest request;
    Versions versions; // of its flakes
  };

  // Learns what is to be built and watched now. Changes nothing of that when it fails.
  void prepare() {
    const std::set<fs::path> definition = absolute(command_.definition());
    source::FileLook look = source::look_at(definition); // what changes from here on counts
    Requests requests = command_.requests();
    std::set<fs::path> written = command_.written;
    for (const pipeline::NamedRequest& one : requests)
      add_written(one.request, written);
    written_ = absolute(written);
    Flakes flakes;
    std::vector<Item> due;
    for (pipeline::NamedRequest& one : requests) {
      Item item{.request = std::move(one), .versions = {}};
      for (source::LocalFlake& flake : watched_flakes(item.request.request)) {
        const std::string name = name_of(flake);
        if (!flakes.contains(name)) flakes.emplace(name, known(name, std::move(flake)));
        item.versions[name] = flakes.at(name).version;
      }
      const auto built = built_.find(identity(item.request));
      if (built == built_.end() || built->second != item.versions) due.push_back(std::move(item));
    }
    flakes_ = std::move(flakes);
    due_ = std::move(due);
    definition_ = definition;
    definition_look_ = std::move(look);
  }

  // As it was seen last, which is what the changes after that count from.
  Flake known(const std::string& name, source::LocalFlake flake) {
    if (const auto old = flakes_.find(name); old != flakes_.end()) return old->second;
    auto look = look_at(flake);
    return {.flake = std::move(flake), .look = std::move(look), .version = next_version_++};
  }

  source::FileLook look_at(const source::LocalFlake& flake) {
    return source::look_at(flake, written_, world_.processes, world_.cancel);
  }

  void build() {
    if (due_.empty()) return;
    Requests requests;
    requests.reserve(due_.size());
    for (const Item& item : due_)
      requests.push_back(item.request);
    if (!keep_going([&] { command_.build(requests); })) return;
    for (Item& item : due_)
      built_[identity(item.request)] = std::move(item.versions);
  }

  // Whether `work` succeeds; else it has been told why not.
  template <class Work>
  bool keep_going(Work&& work) {
    try {
      std::forward<Work>(work)();
      return true;
    } catch (const Error& error) {
      if (world_.cancel.cancelled()) throw;
      world_.err.write(error_text(error));
      return false;
    }
  }

  void wait_for_change() {
    bool was_told = false;
    while (true) {
      const watch::WatchedFolders folders = folders_of_all();
      // What happens after the look wakes the watch, which is therefore made before.
      const auto watch = world_.watch_folders(folders);
      const Changes changes = look_again();
      if (!changes.empty()) return tell(told(changes));
      if (folders != folders_of_all()) continue;
      if (!std::exchange(was_told, true))
        tell(format("watching {} files; ^C ends\n", count_files()));
      (void)watch->wait(world_.cancel);
    }
  }

  [[nodiscard]] watch::WatchedFolders folders_of_all() const {
    watch::WatchedFolders all = definition_look_.folders;
    for (const auto& [name, flake] : flakes_) {
      for (const auto& [path, names] : flake.look.folders) {
        const auto [folder, is_new] = all.try_emplace(path, names);
        if (is_new) continue;
        if (names.empty() || folder->second.empty())
          folder->second.clear();
        else
          folder->second.insert(names.begin(), names.end());
      }
    }
    return all;
  }

  // What has changed since the last look. Paths start at the flake's root; those of the definition
  // that are in no flake, in this folder.
  Changes look_again() {
    Changes changes = changes_of_definition();
    for (auto& [name, flake] : flakes_) {
      source::FileLook now = look_at(flake.flake);
      const auto paths = source::differences(flake.look, now);
      flake.look = std::move(now);
      if (paths.empty()) continue;
      flake.version = next_version_++;
      for (const fs::path& path : paths)
        changes.push_back(path.lexically_relative(flake.flake.root).string());
    }
    return changes;
  }

  Changes changes_of_definition() {
    source::FileLook now = source::look_at(definition_);
    Changes changes;
    for (const fs::path& path : source::differences(definition_look_, now))
      if (!is_in_a_flake(path))
        changes.push_back(path.lexically_relative(fs::current_path()).string());
    definition_look_ = std::move(now);
    return changes;
  }

  [[nodiscard]] bool is_in_a_flake(const fs::path& path) const {
    return std::ranges::any_of(
        flakes_, [&](const auto& flake) { return flake.second.look.files.contains(path); });
  }

  [[nodiscard]] std::size_t count_files() const {
    std::size_t count = 0;
    for (const auto& [path, state] : definition_look_.files)
      if (!is_in_a_flake(path)) ++count;
    for (const auto& [name, flake] : flakes_)
      count += flake.look.files.size();
    return count;
  }

  void tell(const std::string& text) {
    if (is_told_) world_.err.write(text);
  }

  const WatchedCommand& command_;
  World& world_;
  bool is_told_;
  std::set<fs::path> written_;
  std::set<fs::path> definition_;
  source::FileLook definition_look_;
  Flakes flakes_;
  std::vector<Item> due_;
  std::map<std::string, Versions> built_; // by the identity of the request
  unsigned next_version_ = 1;
};

} // namespace

int build_and_watch(const WatchedCommand& command, World& world) {
  return Rounds(command, world).run();
}

} // namespace nixbuild::plugin
