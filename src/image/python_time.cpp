#include "image/python_time.hpp"

#include "support/format.hpp"

#include <cctype>
#include <optional>

namespace nixbuild::image {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

struct Fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
  std::optional<int> offset_minutes;
};

// Takes fixed-width pieces off the front of a text.
class Scanner {
public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool skip(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // Up to six digits of a fraction, as microseconds; more digits are dropped.
  std::optional<int> fraction() {
    int value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0;
         ++count) {
      if (count < 6) value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count)
      value *= 10;
    return value;
  }

private:
  std::string_view rest_;
};

bool scan_date(Scanner& scanner, Fields& fields) {
  const auto year = scanner.digits(4);
  if (!year || !scanner.skip('-')) return false;
  const auto month = scanner.digits(2);
  if (!month || !scanner.skip('-')) return false;
  const auto day = scanner.digits(2);
  if (!day) return false;
  fields.year = *year;
  fields.month = static_cast<unsigned>(*month);
  fields.day = static_cast<unsigned>(*day);
  return std::chrono::year_month_day(std::chrono::year(fields.year),
                                     std::chrono::month(fields.month), std::chrono::day(fields.day))
      .ok();
}

bool scan_time(Scanner& scanner, Fields& fields) {
  const auto hour = scanner.digits(2);
  if (!hour || !scanner.skip(':')) return false;
  const auto minute = scanner.digits(2);
  if (!minute) return false;
  fields.hour = *hour;
  fields.minute = *minute;
  if (scanner.skip(':')) {
    const auto second = scanner.digits(2);
    if (!second) return false;
    fields.second = *second;
    if (scanner.skip('.')) {
      const auto fraction = scanner.fraction();
      if (!fraction) return false;
      fields.microsecond = *fraction;
    }
  }
  return fields.hour < 24 && fields.minute < 60 && fields.second < 60;
}

bool scan_offset(Scanner& scanner, Fields& fields) {
  if (scanner.at_end()) return true;
  if (scanner.skip('Z')) {
    fields.offset_minutes = 0;
    return scanner.at_end();
  }
  const bool negative = scanner.next_is('-');
  if (!scanner.skip('+') && !scanner.skip('-')) return false;
  const auto hours = scanner.digits(2);
  if (!hours || !scanner.skip(':')) return false;
  const auto minutes = scanner.digits(2);
  if (!minutes || *hours >= 24 || *minutes >= 60) return false;
  const int offset = *hours * 60 + *minutes;
  fields.offset_minutes = negative ? -offset : offset;
  return scanner.at_end();
}

std::int64_t seconds_since_1970(const Fields& fields) {
  const sys_days date =
      std::chrono::year_month_day(std::chrono::year(fields.year), std::chrono::month(fields.month),
                                  std::chrono::day(fields.day));
  const std::int64_t day_seconds = std::int64_t{86400} * date.time_since_epoch().count();
  return day_seconds + std::int64_t{3600} * fields.hour + std::int64_t{60} * fields.minute +
         fields.second - std::int64_t{60} * fields.offset_minutes.value_or(0);
}

std::string isoformat(const Fields& fields) {
  std::string text = format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", fields.year, fields.month,
                            fields.day, fields.hour, fields.minute, fields.second);
  if (fields.microsecond != 0) text += format(".{:06}", fields.microsecond);
  if (fields.offset_minutes) {
    const int offset = *fields.offset_minutes;
    text += format("{}{:02}:{:02}", offset < 0 ? '-' : '+', std::abs(offset) / 60,
                   std::abs(offset) % 60);
  }
  return text;
}

Fields fields_of(std::chrono::system_clock::time_point moment) {
  const auto date = std::chrono::floor<days>(moment);
  const std::chrono::year_month_day calendar(date);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::microseconds>(moment - date));
  return {.year = static_cast<int>(calendar.year()),
          .month = static_cast<unsigned>(calendar.month()),
          .day = static_cast<unsigned>(calendar.day()),
          .hour = static_cast<int>(time.hours().count()),
          .minute = static_cast<int>(time.minutes().count()),
          .second = static_cast<int>(time.seconds().count()),
          .microsecond = static_cast<int>(time.subseconds().count()),
          .offset_minutes = 0};
}

} // namespace

std::expected<PythonTime, std::string>
parse_python_time(std::string_view text, std::chrono::system_clock::time_point now) {
  Fields fields;
  if (text == "now") {
    fields = fields_of(now);
  } else {
    Scanner scanner(text);
    bool good = scan_date(scanner, fields);
    if (good && !scanner.at_end()) {
      good = (scanner.skip('T') || scanner.skip(' ')) && scan_time(scanner, fields) &&
             scan_offset(scanner, fields);
    }
    if (!good) return std::unexpected(format("'{}' is not a date and time", text));
  }
  return PythonTime{.text = isoformat(fields), .seconds = seconds_since_1970(fields)};
}

} // namespace nixbuild::image
