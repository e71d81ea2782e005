#include "progress/colors.hpp"

#include "support/format.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::progress {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> color_part(std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 255)
    return std::nullopt;
  return value;
}

// "R,G,B", each 0 to 255.
std::optional<std::string> rgb_sequence(std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() != 3) return std::nullopt;
  std::string sequence = "\x1B[38;2";
  for (const auto part : parts) {
    const auto value = color_part(part);
    if (!value) return std::nullopt;
    sequence += format(";{}", *value);
  }
  return sequence + "m";
}

std::optional<std::string> color_sequence(std::string_view text) {
  static constexpr std::array names{"black", "red",     "green", "yellow",
                                    "blue",  "magenta", "cyan",  "white"};
  if (text == "default") return "\x1B[39m";
  const bool light = text.starts_with("light-");
  const std::string_view name = light ? text.substr(6) : text;
  for (std::size_t index = 0; index < names.size(); ++index)
    if (name == names.at(index)) return format("\x1B[{}m", (light ? 90 : 30) + index);
  return rgb_sequence(text);
}

} // namespace

Colors colors_of(const Environment& environment) {
  if (environment.get("NO_COLOR")) return {};
  Colors colors{.run = "\x1B[34m",
                .warning = "\x1B[33m",
                .error = "\x1B[31m",
                .cancel = "\x1B[33m",
                .faint = "\x1B[2m",
                .reset = "\x1B[0m"};
  const std::array<std::pair<std::string_view, std::string*>, 4> fields{
      {{"run", &colors.run},
       {"warning", &colors.warning},
       {"error", &colors.error},
       {"cancel", &colors.cancel}}};
  const std::string settings = environment.get("BUILDKIT_COLORS").value_or("");
  for (const auto setting : split(settings, ':')) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string_view::npos) continue;
    const auto sequence = color_sequence(setting.substr(equals + 1));
    for (const auto& [name, field] : fields)
      if (sequence && setting.substr(0, equals) == name) *field = *sequence;
  }
  return colors;
}

} // namespace nixbuild::progress
