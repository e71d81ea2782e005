#include "config/docker_config.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <string_view>
#include <vector>

namespace nixbuild::config {

namespace {

constexpr std::string_view variable = "DOCKER_CUSTOM_HEADERS";

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(ErrorKind::invalid_input, format("{}: {}", variable, reason))
      .with_hint(format("write it as comma-separated NAME=VALUE pairs, for example "
                        "{}=X-Team=blue,X-Env=test",
                        variable));
}

// One record of RFC 4180's CSV: fields are separated by commas, a field in double quotes may hold
// commas and doubled quotes.
class CsvRecord {
public:
  explicit CsvRecord(std::string_view text)
      : text_(text.substr(0, text.find_last_not_of("\r\n") + 1)) {}

  std::vector<std::string> fields() {
    std::vector<std::string> fields{field()};
    while (position_ < text_.size()) {
      if (text_[position_++] != ',') refuse("a quoted field is followed by something else");
      fields.push_back(field());
    }
    return fields;
  }

private:
  std::string field() {
    return position_ < text_.size() && text_[position_] == '"' ? quoted() : plain();
  }

  std::string plain() {
    const std::size_t end = std::min(text_.find(',', position_), text_.size());
    const std::string_view field = text_.substr(position_, end - position_);
    if (field.find_first_of("\"\r\n") != std::string_view::npos) {
      refuse("a double quote or line end inside an unquoted field");
    }
    position_ = end;
    return std::string(field);
  }

  std::string quoted() {
    std::string field;
    for (++position_;;) {
      const std::size_t quote = text_.find('"', position_);
      if (quote == std::string_view::npos) refuse("a double quote is not closed");
      field += text_.substr(position_, quote - position_);
      position_ = quote + 1;
      if (position_ >= text_.size() || text_[position_] != '"') return field;
      field += '"';
      ++position_;
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

// "x-team" and "X-TEAM" are the same header: both become "X-Team".
std::string canonical_name(std::string_view name) {
  std::string canonical(name);
  bool upper = true;
  for (char& c : canonical) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    upper = c == '-';
  }
  return canonical;
}

} // namespace

std::map<std::string, std::string> engine_headers(const DockerConfig& config,
                                                  const Environment& environment) {
  const auto text = environment.get(variable);
  if (!text) return config.http_headers;
  std::map<std::string, std::string> headers;
  for (const std::string& field : CsvRecord(*text).fields()) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) refuse(format("\"{}\" has no \"=\"", field));
    const std::string_view name = trimmed(std::string_view(field).substr(0, equals));
    if (name.empty()) refuse(format("\"{}\" has no name", field));
    headers.insert_or_assign(canonical_name(name), field.substr(equals + 1));
  }
  return headers;
}

} // namespace nixbuild::config
