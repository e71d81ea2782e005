#include "agent/hello.hpp"

#include "agent/json_text.hpp"

#include <boost/json.hpp>

#include <utility>

#include <unistd.h>

namespace nixbuild::agent {

namespace json = boost::json;

namespace {
constexpr std::string_view what = "greeting";
} // namespace

Hello own_hello(std::string version, std::string home) {
  return {.version = std::move(version),
          .pid = ::getpid(),
          .home = std::move(home),
          .time = progress::Clock::now()};
}

std::string hello_to_json(const Hello& hello) {
  return json::serialize(json::object{{"protocol", hello.protocol},
                                      {"version", hello.version},
                                      {"pid", hello.pid},
                                      {"home", hello.home},
                                      {"time", to_nanoseconds(hello.time)}});
}

Hello hello_from_json(std::string_view text) {
  const json::object object = parse_object(text, what);
  return {.protocol = number_member(object, "protocol", what),
          .version = text_member(object, "version", what),
          .pid = number_member(object, "pid", what),
          .home = text_member(object, "home", what),
          .time = time_member(object, "time", what)};
}

} // namespace nixbuild::agent
