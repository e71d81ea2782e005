#include "image/config_layers.hpp"

#include "oci/image_config.hpp"
#include "support/error.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace nixbuild::image {

namespace {

// Where a value stands in the text: its first byte, and the one after its last.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

constexpr std::string_view white_space = " \t\r\n";

// Finds values in a text that is known to be valid JSON.
class JsonText {
public:
  explicit JsonText(std::string_view text) : text_(text) {}

  [[nodiscard]] std::string_view of(Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }

  [[nodiscard]] Span value_at(std::size_t position) const {
    const std::size_t begin = text_.find_first_not_of(white_space, position);
    return {begin, end_of_value(begin)};
  }

  // The last one counts, as for every reader of JSON that we know.
  [[nodiscard]] std::optional<Span> member(Span object, std::string_view name) const {
    std::optional<Span> found;
    for (const auto& [key, value] : members(object)) {
      if (of(key).substr(1, key.end - key.begin - 2) == name) found = value;
    }
    return found;
  }

  [[nodiscard]] std::vector<Span> elements(Span array) const {
    std::vector<Span> spans;
    if (text_[array.begin] != '[') return spans;
    for (std::size_t at = array.begin + 1; !closes(at); at = after_comma(spans.back().end))
      spans.push_back(value_at(at));
    return spans;
  }

private:
  [[nodiscard]] std::vector<std::pair<Span, Span>> members(Span object) const {
    std::vector<std::pair<Span, Span>> pairs;
    if (text_[object.begin] != '{') return pairs;
    for (std::size_t at = object.begin + 1; !closes(at);
         at = after_comma(pairs.back().second.end)) {
      const Span key = value_at(at);
      pairs.emplace_back(key, value_at(text_.find(':', key.end) + 1));
    }
    return pairs;
  }

  // Whether the list that goes on at `position` ends there.
  [[nodiscard]] bool closes(std::size_t position) const {
    const char next = text_[text_.find_first_not_of(white_space, position)];
    return next == ']' || next == '}';
  }

  [[nodiscard]] std::size_t after_comma(std::size_t position) const {
    const std::size_t next = text_.find_first_not_of(white_space, position);
    return text_[next] == ',' ? next + 1 : next;
  }

  [[nodiscard]] std::size_t end_of_value(std::size_t begin) const {
    const char first = text_[begin];
    if (first == '"') return end_of_string(begin);
    if (first != '{' && first != '[') return text_.find_first_of(",]} \t\r\n", begin);
    std::size_t depth = 0;
    for (std::size_t at = begin;; ++at) {
      at = text_.find_first_of("\"[]{}", at);
      const char c = text_[at];
      if (c == '"') {
        at = end_of_string(at) - 1;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (--depth == 0) {
        return at + 1;
      }
    }
  }

  [[nodiscard]] std::size_t end_of_string(std::size_t begin) const {
    std::size_t at = begin + 1;
    while (text_[at] != '"')
      at += text_[at] == '\\' ? 2 : 1;
    return at + 1;
  }

  std::string_view text_;
};

// The elements of "history" that stand for layers.
std::vector<Span> layer_entries(const JsonText& text, Span config) {
  std::vector<Span> entries;
  const auto history = text.member(config, "history");
  if (!history) return entries;
  for (const Span entry : text.elements(*history)) {
    const auto empty = text.member(entry, "empty_layer");
    if (!empty || text.of(*empty) != "true") entries.push_back(entry);
  }
  return entries;
}

// Puts into each place of `spans` what stood at its place in `order`.
std::string permuted(std::string_view text, const std::vector<Span>& spans,
                     const std::vector<std::size_t>& order) {
  std::string result;
  result.reserve(text.size());
  std::size_t copied = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Span from = spans[order[i]];
    result += text.substr(copied, spans[i].begin - copied);
    result += text.substr(from.begin, from.end - from.begin);
    copied = spans[i].end;
  }
  result += text.substr(copied);
  return result;
}

} // namespace

std::string permute_config_layers(std::string_view config, const std::vector<std::size_t>& order) {
  const std::size_t layers = oci::parse_image_config(config, "the image's config").diff_ids.size();
  const JsonText text(config);
  const auto rootfs = text.member(text.value_at(0), "rootfs");
  const auto diff_ids = rootfs ? text.member(*rootfs, "diff_ids") : std::nullopt;
  const auto spans = diff_ids ? text.elements(*diff_ids) : std::vector<Span>();
  if (spans.size() != layers || order.size() != layers) {
    throw Error(ErrorKind::corrupt, "the image's config names its layers in an unusual way");
  }
  const std::string result = permuted(config, spans, order);
  // Elsewhere now, if it stands behind the diff IDs and these are not all of one length.
  const JsonText changed(result);
  const auto entries = layer_entries(changed, changed.value_at(0));
  return entries.size() == layers ? permuted(result, entries, order) : result;
}

} // namespace nixbuild::image
