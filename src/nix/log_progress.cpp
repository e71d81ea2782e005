#include "nix/log_progress.hpp"

#include "nix/failure_classes.hpp"
#include "nix/store_path.hpp"
#include "progress/text.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::nix {

namespace {

// Everything that grows with what Nix prints is bounded.
constexpr std::size_t most_activities = 10'000; // at one time
constexpr std::size_t most_tail_lines = 25;
constexpr std::size_t longest_tail_line = 1000;
constexpr std::size_t most_finished_builds = 64;
constexpr std::size_t most_error_text = std::size_t{64} << 10U;

constexpr std::string_view warning_mark = "warning: ";

std::string_view string_field(const std::vector<Field>& fields, std::size_t index) {
  if (index >= fields.size()) return {};
  const auto* text = std::get_if<std::string>(&fields[index]);
  return text == nullptr ? std::string_view() : *text;
}

std::uint64_t number_field(const std::vector<Field>& fields, std::size_t index) {
  if (index >= fields.size()) return 0;
  const auto* number = std::get_if<std::uint64_t>(&fields[index]);
  return number == nullptr ? 0 : *number;
}

bool is(std::uint64_t type, Activity activity) {
  return type == static_cast<std::uint64_t>(activity);
}

bool is(std::uint64_t level, Verbosity verbosity) {
  return level == static_cast<std::uint64_t>(verbosity);
}

void keep(std::deque<std::string>& tail, std::string_view line) {
  tail.emplace_back(line.substr(0, longest_tail_line));
  if (tail.size() > most_tail_lines) tail.pop_front();
}

template <class Handler>
void for_each_line(std::string_view text, const Handler& handler) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    handler(progress::printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Appends the lines of `more`, unless there is too much already.
void append(std::string& text, std::string_view more) {
  for_each_line(more, [&](const std::string& line) {
    if (text.size() < most_error_text) text += line + "\n";
  });
}

// A path from a cache is shown as the path being copied, not as the files that it comes in; and
// nobody waits for what a cache is asked about a path.
bool is_of_binary_cache(std::string_view url) {
  const std::string_view name = url.substr(url.rfind('/') + 1);
  return name.ends_with(".narinfo") || name == "nix-cache-info" || name.ends_with(".nar") ||
         name.find(".nar.") != std::string_view::npos;
}

// The last part of a URL without its query.
std::string item_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::string_view name = url.substr(url.rfind('/') + 1);
  return progress::printable(name.empty() ? url : name);
}

} // namespace

LogProgress::LogProgress(progress::Reporter& reporter, progress::Step& step, std::string downloads)
    : reporter_(reporter)
    , step_(step)
    , downloads_(std::move(downloads)) {}

LogProgress::~LogProgress() = default;

void LogProgress::line(std::string_view line) {
  std::visit([this](const auto& event) { on(event); }, parse_log_line(line));
}

void LogProgress::on(const ActivityStarted& started) {
  if (builds_.size() + transfers_.size() >= most_activities) return;
  if (is(started.type, Activity::build)) return start_build(started);
  if (is(started.type, Activity::copy_path) || is(started.type, Activity::file_transfer)) {
    return start_transfer(started);
  }
  if (is(started.type, Activity::builds)) builds_activity_ = started.id;
  if (is(started.type, Activity::fetch_tree)) step_.log(progress::printable(started.text));
}

void LogProgress::on(const ActivityStopped& stopped) {
  if (auto build = builds_.extract(stopped.id)) return finish_build(std::move(build.mapped()));
  if (const auto transfer = transfers_.extract(stopped.id); transfer && fetch_step_) {
    const Transfer& ended = transfer.mapped();
    fetch_step_->advance(ended.item, ended.done, ended.expected, true);
  }
}

void LogProgress::on(const ActivityResult& result) {
  const auto type = static_cast<Result>(result.type);
  if (const auto build = builds_.find(result.id); build != builds_.end()) {
    if (type == Result::build_log_line || type == Result::post_build_log_line) {
      log_of_build(build->second, string_field(result.fields, 0));
    } else if (type == Result::set_phase) {
      build->second.phase = progress::printable(string_field(result.fields, 0));
    }
  } else if (type == Result::progress) {
    const auto transfer = transfers_.find(result.id);
    if (transfer != transfers_.end()) {
      advance(transfer->second, result);
    } else {
      note_builds_progress(result);
    }
  }
}

void LogProgress::on(const LogMessage& message) {
  std::string first_line = progress::printable(message.text.substr(0, message.text.find('\n')));
  // A daemon passes its warnings on with the level of errors.
  if (first_line.starts_with(warning_mark)) return warn(first_line.substr(warning_mark.size()));
  const bool is_trace = first_line.starts_with("trace: "); // of builtins.trace
  if (is(message.level, Verbosity::error) && !is_trace) return append(errors_, message.text);
  if (!first_line.starts_with("  ")) append(remarks_, first_line); // no item of a list
  for_each_line(message.text, [&](const std::string& line) { step_.log(line); });
}

void LogProgress::on(const PlainLine& plain) {
  const std::string text = progress::printable(plain.text);
  keep(plain_tail_, text);
  step_.log(text);
}

void LogProgress::start_build(const ActivityStarted& started) {
  did_something_ = true;
  const std::string_view derivation = string_field(started.fields, 0);
  const std::string machine = progress::printable(string_field(started.fields, 1));
  std::string name = format("build {}", progress::printable(readable_name(derivation)));
  if (!machine.empty()) name += format(" on {}", machine);
  builds_.insert_or_assign(
      started.id, Build{.derivation = std::string(derivation),
                        .phase = {},
                        .tail = {},
                        .step = std::make_unique<progress::Step>(reporter_, std::move(name))});
}

void LogProgress::log_of_build(Build& build, std::string_view line) {
  const std::string text = progress::printable(line);
  keep(build.tail, text);
  build.step->log(text);
}

// The end of a build does not say how it ended, but the counts, which Nix reports right before, do:
// one of them has risen, or none if the build was stopped because another one failed.
void LogProgress::finish_build(Build build) {
  const BuildEnd end = std::exchange(next_end_, BuildEnd::unknown);
  if (end == BuildEnd::failed) {
    build.step->fail(build.phase.empty() ? "the builder failed"
                                         : format("the builder failed in {}", build.phase));
  } else if (end == BuildEnd::unknown && builds_failed_ > 0) {
    build.step->fail("stopped, because another build failed");
  }
  finished_.push_back({.derivation = std::move(build.derivation),
                       .phase = std::move(build.phase),
                       .tail = {build.tail.begin(), build.tail.end()},
                       .failed = end == BuildEnd::failed});
  if (finished_.size() > most_finished_builds) finished_.pop_front();
}

void LogProgress::note_builds_progress(const ActivityResult& result) {
  if (result.id != builds_activity_) return;
  const std::uint64_t done = number_field(result.fields, 0);
  const std::uint64_t failed = number_field(result.fields, 3);
  if (failed > builds_failed_) {
    next_end_ = BuildEnd::failed;
  } else if (done > builds_done_) {
    next_end_ = BuildEnd::done;
  }
  builds_done_ = done;
  builds_failed_ = failed;
}

void LogProgress::start_transfer(const ActivityStarted& started) {
  const bool is_path = is(started.type, Activity::copy_path);
  const std::string_view what = string_field(started.fields, 0);
  if (!is_path && is_of_binary_cache(what)) return;
  did_something_ = true;
  if (!fetch_step_) fetch_step_ = std::make_unique<progress::Step>(reporter_, downloads_);
  transfers_.insert_or_assign(
      started.id,
      Transfer{.item = is_path ? progress::printable(readable_name(what)) : item_of_url(what)});
}

void LogProgress::advance(Transfer& transfer, const ActivityResult& result) {
  transfer.done = number_field(result.fields, 0);
  transfer.expected = number_field(result.fields, 1);
  fetch_step_->advance(transfer.item, transfer.done, transfer.expected);
}

// Warnings that one can do something about are for everybody, the others are for who looks closer.
void LogProgress::warn(std::string_view text) {
  if (told_) told_(text);
  append(remarks_, text);
  const auto remedy = remedy_of_warning(text);
  if (!remedy) return step_.log(format("{}{}", warning_mark, text));
  std::string advice = format("{}. {}", text.substr(0, text.find_last_not_of('.') + 1), *remedy);
  if (warnings_.insert(advice).second) {
    progress::notice(reporter_, progress::Notice::Level::warning, std::move(advice));
  }
}

void LogProgress::forget_failure() {
  errors_.clear();
  remarks_.clear();
  plain_tail_.clear();
}

Failure LogProgress::failure() const {
  Failure failure{.text = errors_, .remarks = remarks_, .builds = {}};
  if (failure.text.empty()) {
    for (const std::string& line : plain_tail_)
      failure.text += line + "\n";
  }
  if (failure.text.ends_with('\n')) failure.text.pop_back();
  // Why ssh fails, which Nix starts, only ssh itself says.
  if (failure.text.contains(ssh_connection))
    for (const std::string& line : plain_tail_)
      failure.text += "\n" + line;
  for (const FinishedBuild& build : finished_) {
    if (build.failed || errors_.find(build.derivation) != std::string::npos) {
      failure.builds.push_back(build);
    }
  }
  return failure;
}

} // namespace nixbuild::nix
