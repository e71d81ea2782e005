#include "image/go_time.hpp"

#include "support/format.hpp"

#include <algorithm>
#include <chrono>

namespace nixbuild::image {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `text` has the form of `pattern`, in which "0" stands for any digit.
bool has_form(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(
      text, pattern, [](char c, char wanted) { return wanted == '0' ? is_digit(c) : c == wanted; });
}

int number(std::string_view text, std::size_t at, std::size_t length) {
  int value = 0;
  for (const char c : text.substr(at, length))
    value = value * 10 + (c - '0');
  return value;
}

constexpr std::string_view date_time_form = "0000-00-00T00:00:00";

bool is_date_time(std::string_view text) {
  if (!has_form(text, date_time_form)) return false;
  const std::chrono::year_month_day date(
      std::chrono::year(number(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number(text, 8, 2))));
  return date.ok() && number(text, 11, 2) < 24 && number(text, 14, 2) < 60 &&
         number(text, 17, 2) < 60;
}

bool is_offset(std::string_view text) {
  if (text == "Z") return true;
  return (has_form(text, "+00:00") || has_form(text, "-00:00")) && number(text, 1, 2) < 24 &&
         number(text, 4, 2) < 60;
}

} // namespace

std::expected<std::string, std::string> go_time(std::string_view text) {
  const auto failure = std::unexpected(format("'{}' is not a date and time of RFC 3339", text));
  const std::string_view date_time = text.substr(0, date_time_form.size());
  if (!is_date_time(date_time)) return failure;

  std::string_view rest = text.substr(date_time.size());
  std::string fraction;
  if (rest.starts_with('.')) {
    const auto end = std::ranges::find_if_not(rest.substr(1), is_digit);
    const std::string_view digits(rest.begin() + 1, end);
    if (digits.empty()) return failure;
    rest.remove_prefix(1 + digits.size());
    fraction = digits.substr(0, 9);
    fraction.resize(fraction.find_last_not_of('0') + 1);
    if (!fraction.empty()) fraction.insert(0, 1, '.');
  }
  if (!is_offset(rest)) return failure;
  const bool utc = rest == "Z" || rest == "+00:00" || rest == "-00:00";
  return format("{}{}{}", date_time, fraction, utc ? "Z" : rest);
}

} // namespace nixbuild::image
