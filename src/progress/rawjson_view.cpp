#include "progress/rawjson_view.hpp"

#include "progress/text.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <openssl/evp.h>

#include <array>
#include <ctime>
#include <utility>

namespace nixbuild::progress {

namespace json = boost::json;

namespace {

// Of a growing item one state in this time is enough for whoever draws it.
constexpr auto item_interval = std::chrono::milliseconds(100);
// What readers of the format take as the sign of a cancelled step (Go's context.Canceled).
constexpr std::string_view cancelled_error = "context canceled";

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
  std::string digest = "sha256:";
  for (unsigned int index = 0; index < size; ++index)
    digest += format("{:02x}", hash.at(index));
  return digest;
}

// RFC 3339 with nanoseconds, in UTC, without trailing zeros, as Go writes it.
std::string timestamp(Time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time - whole).count();
  const std::time_t seconds = Clock::to_time_t(whole);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string fraction = rest == 0 ? "" : format(".{:09}", rest);
  while (fraction.ends_with('0'))
    fraction.pop_back();
  return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, fraction);
}

// RFC 4648, section 4.
std::string base64(std::string_view data) {
  std::string text(4 * ((data.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(data.data()),
                                     static_cast<int>(data.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string line_of(std::string_view member, json::object object) {
  return json::serialize(json::object{{member, json::array{std::move(object)}}}) + "\n";
}

const std::string& notices_digest() {
  static const std::string digest = sha256("notices");
  return digest;
}

} // namespace

void RawJsonView::apply(const Event& event) {
  model_.apply(event);
  std::visit([this](const auto& one) { apply_to(one); }, event);
}

std::string RawJsonView::take(Time /*now*/) {
  return std::exchange(text_, {});
}

void RawJsonView::apply_to(const StepStarted& event) {
  const auto [digest, is_new] =
      digests_.emplace(event.step, sha256(format("{} {}", event.step, event.name)));
  if (!is_new) return;
  text_ += line_of("vertexes", {{"digest", digest->second},
                                {"name", valid_utf8(event.name)},
                                {"started", timestamp(event.at)}});
}

void RawJsonView::apply_to(const ItemAdvanced& event) {
  const auto digest = digests_.find(event.step);
  if (digest == digests_.end()) return;
  const auto [written, is_new] = item_times_.try_emplace({event.step, event.item}, event.at);
  if (!is_new && !event.completed && event.at - written->second < item_interval) return;
  written->second = event.at;
  json::object status{{"id", valid_utf8(event.item)}, {"vertex", digest->second}};
  if (event.total != 0) status["total"] = event.total;
  status["current"] = event.current;
  status["timestamp"] = timestamp(event.at);
  status["started"] = timestamp(event.started);
  if (event.completed) status["completed"] = timestamp(event.at);
  text_ += line_of("statuses", std::move(status));
}

void RawJsonView::apply_to(const StepLog& event) {
  const auto digest = digests_.find(event.step);
  if (digest == digests_.end()) return;
  text_ += line_of("logs", {{"vertex", digest->second},
                            {"stream", 2},
                            {"data", base64(event.line + "\n")},
                            {"timestamp", timestamp(event.at)}});
}

void RawJsonView::apply_to(const StepFinished& event) {
  const auto digest = digests_.find(event.step);
  if (digest == digests_.end()) return;
  const StepState& step = *model_.find(event.step);
  json::object vertex{{"digest", digest->second},
                      {"name", valid_utf8(step.name)},
                      {"started", timestamp(step.started)},
                      {"completed", timestamp(event.at)}};
  if (event.outcome == Outcome::cached) vertex["cached"] = true;
  if (event.outcome == Outcome::cancelled) vertex["error"] = cancelled_error;
  if (event.outcome == Outcome::failed)
    vertex["error"] = event.error.empty() ? "failed" : valid_utf8(event.error);
  text_ += line_of("vertexes", std::move(vertex));
}

void RawJsonView::apply_to(const Notice& event) {
  if (event.level == Notice::Level::debug && !debug_) return;
  if (!std::exchange(notices_started_, true))
    text_ += line_of("vertexes", {{"digest", notices_digest()},
                                  {"name", "notices"},
                                  {"started", timestamp(event.at)},
                                  {"completed", timestamp(event.at)}});
  if (event.level == Notice::Level::warning)
    text_ += line_of("warnings",
                     {{"vertex", notices_digest()}, {"level", 1}, {"short", base64(event.text)}});
  else
    text_ += line_of("logs", {{"vertex", notices_digest()},
                              {"stream", 1},
                              {"data", base64(event.text + "\n")},
                              {"timestamp", timestamp(event.at)}});
}

} // namespace nixbuild::progress
