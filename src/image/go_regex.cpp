#include "image/go_regex.hpp"

#include "archive/python_text.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <vector>

#include <re2/re2.h>

namespace nixbuild::image {

struct GoRegex::Compiled {
  explicit Compiled(const std::string& pattern) : regex(pattern, RE2::Quiet) {}
  RE2 regex;
};

namespace {

// What an expression is applied to. To Go each byte that is not part of well-formed UTF-8 is the
// character U+FFFD; to RE2 it is none at all, so RE2 gets the text with that character in its
// place.
class Subject {
public:
  explicit Subject(std::string_view original) : original_(original) {
    if (!archive::is_utf8(original)) replace_stray_bytes();
  }

  [[nodiscard]] re2::StringPiece text() const {
    const std::string_view text = offsets_.empty() ? original_ : std::string_view(replaced_);
    return {text.data(), text.size()};
  }
  // The bytes behind text()[begin, end).
  [[nodiscard]] std::string_view original(std::size_t begin, std::size_t end) const {
    if (offsets_.empty()) return original_.substr(begin, end - begin);
    return original_.substr(offsets_[begin], offsets_[end] - offsets_[begin]);
  }

private:
  void replace_stray_bytes() {
    std::size_t at = 0;
    for (const char32_t c : archive::python_decode(original_)) {
      const bool stray = c >= 0xDC80 && c <= 0xDCFF;
      const std::size_t length = stray || c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      replaced_ += stray ? std::string_view("\xEF\xBF\xBD") : original_.substr(at, length);
      offsets_.resize(replaced_.size(), at);
      at += length;
    }
    offsets_.push_back(at);
  }

  std::string_view original_;
  std::string replaced_;
  std::vector<std::size_t> offsets_; // in original_, for each byte of replaced_ and its end
};

// Groups of one match; the first is the whole of it.
using Groups = std::vector<std::string_view>;

bool is_name_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_';
}

// What stands after a "$": the group's name or number, and how many bytes that takes.
struct GroupName {
  std::string_view name;
  std::size_t length = 0;
};

std::optional<GroupName> scan_group_name(std::string_view text) {
  const bool braced = text.starts_with('{');
  const std::string_view rest = text.substr(braced ? 1 : 0);
  const auto end = std::ranges::find_if_not(rest, is_name_byte);
  const std::string_view name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  if (name.empty()) return std::nullopt;
  if (!braced) return GroupName{.name = name, .length = name.size()};
  if (!rest.substr(name.size()).starts_with('}')) return std::nullopt;
  return GroupName{.name = name, .length = name.size() + 2};
}

// Nothing when `name` is no number: then it is looked up among the named groups. A number does not
// begin with 0.
std::optional<std::size_t> group_number(std::string_view name) {
  if (name.size() > 8 || (name.size() > 1 && name.front() == '0')) return std::nullopt;
  std::size_t number = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

std::string_view group(const RE2& regex, const Groups& groups, std::string_view name) {
  std::optional<std::size_t> number = group_number(name);
  if (!number) {
    const auto& named = regex.NamedCapturingGroups();
    const auto found = named.find(std::string(name));
    if (found == named.end()) return {};
    number = static_cast<std::size_t>(found->second);
  }
  return *number < groups.size() ? groups[*number] : std::string_view();
}

void append_expanded(std::string& out, std::string_view replacement, const RE2& regex,
                     const Groups& groups) {
  for (;;) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
    } else if (const auto found = scan_group_name(replacement)) {
      out += group(regex, groups, found->name);
      replacement.remove_prefix(found->length);
    } else {
      out += '$'; // not a group: it means itself
    }
  }
}

// Bytes of the UTF-8 character at `at`, 1 at the end.
std::size_t character_width(re2::StringPiece text, std::size_t at) {
  if (at >= text.size()) return 1;
  const auto lead = static_cast<unsigned char>(text[at]);
  return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

} // namespace

GoRegex::GoRegex(const std::string& pattern)
    : compiled_(std::make_unique<const Compiled>(pattern)) {
  if (!compiled_->regex.ok()) {
    throw Error(ErrorKind::invalid_input, format("'{}' is not a valid regular expression: {}",
                                                 pattern, compiled_->regex.error()))
        .with_hint("the syntax is that of Go's regexp package (RE2); a store path inside of an "
                   "expression needs its '+' and '.' escaped");
  }
}

GoRegex::GoRegex(GoRegex&&) noexcept = default;
GoRegex& GoRegex::operator=(GoRegex&&) noexcept = default;
GoRegex::~GoRegex() = default;

bool GoRegex::matches(std::string_view text) const {
  return RE2::PartialMatch(Subject(text).text(), compiled_->regex);
}

std::string GoRegex::replace_all(std::string_view text, std::string_view replacement) const {
  const RE2& regex = compiled_->regex;
  const Subject subject(text);
  const re2::StringPiece all = subject.text();
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) +
                                      1);
  Groups groups(found.size());
  std::string out;
  std::size_t last_end = 0;
  for (std::size_t position = 0; position <= all.size();) {
    if (!regex.Match(all, position, all.size(), RE2::UNANCHORED, found.data(),
                     static_cast<int>(found.size()))) {
      break;
    }
    const auto offset = [&](const char* at) { return static_cast<std::size_t>(at - all.data()); };
    std::ranges::transform(found, groups.begin(), [&](const re2::StringPiece& group) {
      if (group.data() == nullptr) return std::string_view(); // took no part in the match
      return subject.original(offset(group.begin()), offset(group.end()));
    });
    const std::size_t begin = offset(found[0].begin());
    const std::size_t end = offset(found[0].end());
    out += subject.original(last_end, begin);
    // An empty match right behind another match is not replaced.
    if (end > last_end || begin == 0) append_expanded(out, replacement, regex, groups);
    last_end = end;
    position = std::max(end, position + character_width(all, position));
  }
  out += subject.original(last_end, all.size());
  return out;
}

} // namespace nixbuild::image
