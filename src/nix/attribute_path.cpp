#include "nix/attribute_path.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::nix {

namespace {

// What may stand in a name without quotes, besides letters and digits.
constexpr std::string_view marks_in_names = "_-'";

bool is_letter_or_digit(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

bool is_plain(char character) {
  return is_letter_or_digit(character) || marks_in_names.find(character) != std::string_view::npos;
}

Error bad_path(std::string_view text, std::string_view why) {
  return {ErrorKind::invalid_input, format("the attribute path '{}' {}", text, why)};
}

} // namespace

AttributePath parse_attribute_path(std::string_view text) {
  const std::string_view whole = text;
  if (text.starts_with('.')) text.remove_prefix(1);
  AttributePath path;
  if (text.empty()) return path;
  if (text.find('\0') != std::string_view::npos) throw bad_path(whole, "holds a NUL character");
  std::string name;
  bool quoted = false;     // inside quotes
  bool was_quoted = false; // so that "" is a name and nothing is none
  const auto end_name = [&] {
    if (name.empty() && !was_quoted) throw bad_path(whole, "has an empty name");
    path.push_back(std::move(name));
    name.clear();
    was_quoted = false;
  };
  for (const char character : text) {
    if (character == '"') {
      quoted = !quoted;
      was_quoted = true;
    } else if (character == '.' && !quoted) {
      end_name();
    } else {
      name += character;
    }
  }
  if (quoted) throw bad_path(whole, "has a quote without its partner");
  end_name();
  return path;
}

std::string to_string(const AttributePath& path) {
  std::string text;
  for (const std::string& name : path) {
    if (!text.empty()) text += '.';
    const bool plain = !name.empty() && std::ranges::all_of(name, is_plain);
    text += plain ? name : format("\"{}\"", name);
  }
  return text;
}

std::string to_fragment(const AttributePath& path) {
  std::string fragment;
  for (const char character : to_string(path)) {
    if (is_plain(character) || character == '.') {
      fragment += character;
    } else {
      fragment += format("%{:02X}", static_cast<unsigned char>(character));
    }
  }
  return fragment;
}

std::string nix_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    switch (character) {
    case '"':
    case '\\':
    case '$': // "${" begins an antiquotation
      quoted += '\\';
      quoted += character;
      break;
    case '\n':
      quoted += "\\n";
      break;
    case '\r': // Nix reads a bare one as a line feed
      quoted += "\\r";
      break;
    default:
      quoted += character;
    }
  }
  return quoted + '"';
}

} // namespace nixbuild::nix
