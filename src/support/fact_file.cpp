#include "support/fact_file.hpp"

#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace nixbuild {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view forgotten = "-";

std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return format("{:016x}", hash);
}

std::string line_of(std::string_view key, std::string_view value) {
  const std::string fact = format("{} {}", key, value);
  return format("{} {}\n", fact, checksum(fact));
}

std::string content_of(const fs::path& file, std::size_t limit) {
  try {
    return read_file(file, limit);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) {
      std::error_code ignored;
      fs::remove(file, ignored);
    }
    return {};
  }
}

} // namespace

FactFile::FactFile(fs::path file, std::size_t limit) : file_(std::move(file)) {
  read(content_of(file_, limit));
}

void FactFile::read(std::string_view content) {
  for (;;) {
    const std::size_t end = content.find('\n');
    if (end == std::string_view::npos) return;
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(end + 1);
    const std::size_t value_at = line.find(' ');
    const std::size_t check_at = line.rfind(' ');
    if (value_at == check_at) continue; // npos or a single space
    const std::string_view fact = line.substr(0, check_at);
    if (checksum(fact) != line.substr(check_at + 1)) continue;
    const std::string_view value = fact.substr(value_at + 1);
    const std::string key(fact.substr(0, value_at));
    if (value == forgotten) {
      facts_.erase(key);
    } else {
      facts_.insert_or_assign(key, Fact{.value = std::string(value), .number = next_number_++});
    }
  }
}

std::optional<std::string> FactFile::find(const std::string& key) const {
  const auto found = facts_.find(key);
  if (found == facts_.end()) return std::nullopt;
  return found->second.value;
}

void FactFile::remember(const std::string& key, std::string value) {
  append(key, value);
  facts_.insert_or_assign(key, Fact{.value = std::move(value), .number = next_number_++});
}

void FactFile::forget(const std::string& key) {
  if (facts_.erase(key) != 0) append(key, forgotten);
}

FactFile::Excess FactFile::prune(std::size_t most,
                                 const std::function<bool(const std::string&)>& useless) {
  const std::size_t before = facts_.size();
  std::erase_if(facts_, [&](const auto& entry) { return useless(entry.second.value); });
  if (facts_.size() > most) {
    std::vector<std::size_t> numbers;
    numbers.reserve(facts_.size());
    for (const auto& [key, fact] : facts_)
      numbers.push_back(fact.number);
    std::ranges::sort(numbers);
    const std::size_t too_many = numbers.size() - most;
    std::erase_if(facts_, [&](const auto& entry) {
      return too_many == numbers.size() || entry.second.number < numbers[too_many];
    });
  }
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file_, error);
  const std::uintmax_t left = content().size();
  return {.facts = before - facts_.size(), .bytes = error || size < left ? 0 : size - left};
}

std::string FactFile::content() const {
  std::map<std::size_t, std::string> lines; // in the order of remembering
  for (const auto& [key, fact] : facts_)
    lines.emplace(fact.number, line_of(key, fact.value));
  std::string text;
  for (const auto& [number, line] : lines)
    text += line;
  return text;
}

void FactFile::rewrite() const {
  if (!facts_.empty()) return write_file_atomically(file_, content());
  std::error_code ignored;
  fs::remove(file_, ignored);
}

// A memory that cannot be written is a slower run, not a failed one.
void FactFile::append(std::string_view key, std::string_view value) noexcept {
  std::error_code ignored;
  fs::create_directories(file_.parent_path(), ignored);
  const UniqueFd fd(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return;
  try {
    const std::string line = line_of(key, value);
    write_all(fd.get(), std::as_bytes(std::span(line)));
  } catch (const Error&) { // NOLINT(bugprone-empty-catch): see above
  }
}

} // namespace nixbuild
