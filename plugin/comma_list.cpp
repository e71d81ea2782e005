#include "plugin/comma_list.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::plugin {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(blanks) - start + 1));
}

[[noreturn]] void refuse(std::string_view line) {
  throw Error(ErrorKind::invalid_input, format("the quotes in {} do not match", line))
      .with_hint("a field with commas stands in double quotes as a whole: type=oci,\"dest=a,b\"");
}

// Takes the quoted field that `rest` begins with, and leaves what is behind its closing quote.
std::string take_quoted(std::string_view& rest, std::string_view line) {
  std::string field;
  rest.remove_prefix(1);
  for (;;) {
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) refuse(line);
    field += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) break;
    field += '"';
    rest.remove_prefix(1);
  }
  if (!rest.empty() && !rest.starts_with(',')) refuse(line);
  return field;
}

} // namespace

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields;
  std::string_view rest = line;
  for (;;) {
    if (rest.starts_with('"')) {
      fields.push_back(take_quoted(rest, line));
    } else {
      const std::string_view field = rest.substr(0, rest.find(','));
      if (field.contains('"')) refuse(line);
      fields.emplace_back(field);
      rest.remove_prefix(field.size());
    }
    if (rest.empty()) return fields;
    rest.remove_prefix(1);
  }
}

} // namespace nixbuild::plugin
