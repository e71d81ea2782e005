#pragma once

#include "progress/event.hpp"

#include <string>
#include <string_view>

namespace nixbuild::agent {

// A progress event as one JSON object and back, without loss. Times are nanoseconds since 1970 by
// the clock of the machine where the event happened:
//   {"event":"started","step":1,"name":"build hello","at":1700000000000000000}
//   {"event":"item","step":1,"item":"…","current":1,"total":2,"bytes":true,"started":…,"at":…,
//    "completed":false}
//   {"event":"log","step":1,"line":"…","at":…}
//   {"event":"finished","step":1,"outcome":"done","error":"","at":…}
//   {"event":"notice","level":"warning","text":"…","at":…}
[[nodiscard]] std::string event_to_json(const progress::Event& event);

// Throws an Error of kind corrupt for what is no such object.
[[nodiscard]] progress::Event event_from_json(std::string_view text);

} // namespace nixbuild::agent
