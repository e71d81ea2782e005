#include "agent/error_json.hpp"

#include "agent/json_text.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace nixbuild::agent {

namespace json = boost::json;

namespace {

constexpr std::string_view what = "error";

constexpr std::array<std::pair<ErrorKind, std::string_view>, 11> kinds{{
    {ErrorKind::usage, "usage"},
    {ErrorKind::invalid_input, "invalid_input"},
    {ErrorKind::not_found, "not_found"},
    {ErrorKind::unavailable, "unavailable"},
    {ErrorKind::refused, "refused"},
    {ErrorKind::corrupt, "corrupt"},
    {ErrorKind::failed, "failed"},
    {ErrorKind::no_space, "no_space"},
    {ErrorKind::cancelled, "cancelled"},
    {ErrorKind::io, "io"},
    {ErrorKind::internal, "internal"},
}};

// So that an error always fits into a frame, whatever a daemon answered.
constexpr std::size_t longest_part = std::size_t{256} << 10U;

std::string_view bounded(std::string_view text) {
  return text.substr(0, longest_part);
}

} // namespace

std::string error_to_json(const Error& error) {
  const auto* const kind =
      std::ranges::find(kinds, error.kind(), &decltype(kinds)::value_type::first);
  json::array frames;
  for (const std::string& frame : error.frames())
    frames.emplace_back(bounded(frame));
  return json::serialize(json::object{{"kind", kind->second},
                                      {"message", bounded(error.message())},
                                      {"hint", bounded(error.hint())},
                                      {"detail", bounded(error.detail())},
                                      {"frames", std::move(frames)}});
}

Error error_from_json(std::string_view text) {
  const json::object object = parse_object(text, what);
  const std::string name = text_member(object, "kind", what);
  const auto* const kind = std::ranges::find(kinds, name, &decltype(kinds)::value_type::second);
  const json::value* const frames = object.if_contains("frames");
  if (kind == kinds.end() || frames == nullptr || !frames->is_array())
    throw Error(ErrorKind::corrupt, "the agent's error is not one that is known here");
  Error error = Error(kind->first, text_member(object, "message", what))
                    .with_hint(text_member(object, "hint", what))
                    .with_detail(text_member(object, "detail", what));
  for (const json::value& frame : frames->get_array()) {
    if (!frame.is_string())
      throw Error(ErrorKind::corrupt, "the agent's error has a frame that is no text");
    error.add_frame({frame.get_string().data(), frame.get_string().size()});
  }
  return error;
}

} // namespace nixbuild::agent
