#include "config/json_edit.hpp"

#include "config/go_json.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <optional>
#include <vector>

namespace nixbuild::config {

namespace json = boost::json;

namespace {

constexpr std::string_view blanks = " \t\r\n";

// Where the parts of a member stand in a text.
struct Member {
  std::string key;
  std::size_t begin = 0; // of its key
  std::size_t value = 0;
  std::size_t end = 0;
};

struct Object {
  std::size_t begin = 0; // "{"
  std::size_t end = 0;   // behind "}"
  std::vector<Member> members;
};

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(blanks, at), text.size());
}

std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text.at(at) != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (text.at(at) == '"') return end_of_string(text, at);
  if (text[at] != '{' && text[at] != '[')
    return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
  int depth = 0;
  do {
    const char c = text.at(at);
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    at = c == '"' ? end_of_string(text, at) : at + 1;
  } while (depth > 0);
  return at;
}

// The object that begins at `at` of a text whose JSON is known to be right.
Object object_at(std::string_view text, std::size_t at) {
  Object object{.begin = at};
  for (at = skip_blanks(text, at + 1); text.at(at) != '}';) {
    Member member{.begin = at};
    const std::size_t key_end = end_of_string(text, at);
    member.key = json::parse(text.substr(at, key_end - at)).as_string().c_str();
    member.value = skip_blanks(text, skip_blanks(text, key_end) + 1); // behind ":"
    member.end = end_of_value(text, member.value);
    at = skip_blanks(text, member.end);
    if (text.at(at) == ',') at = skip_blanks(text, at + 1);
    object.members.push_back(std::move(member));
  }
  object.end = at + 1;
  return object;
}

enum class Keys { any_case, exact };

std::optional<std::size_t> find_last(const Object& object, std::string_view key, Keys keys) {
  for (std::size_t at = object.members.size(); at-- > 0;) {
    const std::string& one = object.members[at].key;
    if (keys == Keys::exact ? one == key : equal_ignoring_case(one, key)) return at;
  }
  return std::nullopt;
}

// How the document is laid out.
struct Layout {
  bool lines = true;
  std::string step = "\t"; // one level of it; the docker CLI's own is a tab
};

// The white space between the line's beginning and `at`; nothing when something else stands there.
std::optional<std::string> indentation(std::string_view text, std::size_t at) {
  const std::size_t line = text.substr(0, at).rfind('\n');
  if (line == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(line + 1, at - line - 1);
  if (before.find_first_not_of(blanks) != std::string_view::npos) return std::nullopt;
  return std::string(before);
}

Layout layout_of(std::string_view text, const Object& document) {
  if (document.members.empty()) return {};
  const auto step = indentation(text, document.members.front().begin);
  return {.lines = step.has_value(), .step = step.value_or("")};
}

std::string quoted(std::string_view text) {
  return json::serialize(json::string(text));
}

// `"first": {"second": "value"}`, for a member that stands behind `indent`.
std::string member_text(KeyPath path, std::string_view value, const Layout& layout,
                        const std::string& indent) {
  const std::string key = quoted(path.front()) + ": ";
  if (path.size() == 1) return key + quoted(value);
  const std::string deeper = indent + layout.step;
  const std::string inner = member_text(path.subspan(1), value, layout, deeper);
  if (!layout.lines) return format("{}{{{}}}", key, inner);
  return format("{}{{\n{}{}\n{}}}", key, deeper, inner, indent);
}

std::string replaced(std::string_view text, std::size_t begin, std::size_t end,
                     std::string_view by) {
  return format("{}{}{}", text.substr(0, begin), by, text.substr(end));
}

std::string inserted(std::string_view text, const Object& object, std::size_t depth, KeyPath path,
                     std::string_view value, const Layout& layout) {
  std::string outer;
  for (std::size_t level = 0; level < depth; ++level)
    outer += layout.step;
  if (object.members.empty()) {
    const std::string indent = outer + layout.step;
    const std::string member = member_text(path, value, layout, indent);
    return replaced(text, object.begin + 1, object.end - 1,
                    layout.lines ? format("\n{}{}\n{}", indent, member, outer) : member);
  }
  const Member& last = object.members.back();
  const auto indent = indentation(text, last.begin);
  const Layout inner{.lines = layout.lines && indent, .step = layout.step};
  const std::string member = member_text(path, value, inner, indent.value_or(""));
  const std::string gap = indent ? "\n" + *indent : " ";
  return replaced(text, last.end, last.end, format(",{}{}", gap, member));
}

std::string removed(std::string_view text, const Object& object, std::size_t at) {
  const auto& members = object.members;
  if (members.size() == 1) return replaced(text, object.begin + 1, object.end - 1, "");
  if (at + 1 == members.size()) return replaced(text, members[at - 1].end, members[at].end, "");
  return replaced(text, members[at].begin, members[at + 1].begin, "");
}

Keys keys_at(std::size_t depth) {
  return depth == 0 ? Keys::any_case : Keys::exact;
}

} // namespace

std::string with_text_member(std::string_view document, KeyPath path, std::string_view value) {
  Object object = object_at(document, skip_blanks(document, 0));
  const Layout layout = layout_of(document, object);
  for (std::size_t depth = 0;; ++depth) {
    const KeyPath rest = path.subspan(depth);
    const auto found = find_last(object, rest.front(), keys_at(depth));
    if (!found) return inserted(document, object, depth, rest, value, layout);
    const Member& member = object.members[*found];
    if (rest.size() == 1) return replaced(document, member.value, member.end, quoted(value));
    if (document.at(member.value) != '{') { // null, which is as good as nothing
      const Layout inner{.lines = layout.lines && indentation(document, member.begin),
                         .step = layout.step};
      return replaced(
          document, member.begin, member.end,
          member_text(rest, value, inner, indentation(document, member.begin).value_or("")));
    }
    object = object_at(document, member.value);
  }
}

std::string without_member(std::string_view document, KeyPath path) {
  std::vector<std::pair<Object, std::size_t>> way; // each object, and its member that leads on
  Object object = object_at(document, skip_blanks(document, 0));
  for (std::size_t depth = 0;; ++depth) {
    const auto found = find_last(object, path[depth], keys_at(depth));
    if (!found) return std::string(document);
    const Member& member = object.members[*found];
    const bool leads_on = document.at(member.value) == '{';
    const std::size_t next = member.value;
    way.emplace_back(std::move(object), *found);
    if (depth + 1 == path.size()) break;
    if (!leads_on) return std::string(document);
    object = object_at(document, next);
  }
  while (way.size() > 1 && way.back().first.members.size() == 1)
    way.pop_back();
  return removed(document, way.back().first, way.back().second);
}

} // namespace nixbuild::config
