#pragma once

#include "http/client.hpp"
#include "support/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::registry {

// One of the errors in an answer (distribution specification, "Error Codes").
struct Complaint {
  std::string code;
  std::string message;
  std::string detail;
};

// What the body of an answer complains of; nothing when it is not in the form of the specification.
[[nodiscard]] std::vector<Complaint> parse_complaints(std::string_view body);

// The body of an answer as words for a person: its complaints, or its text if it is short; a page
// of HTML is none.
[[nodiscard]] std::string words_of(std::string_view body);

// An answer that is not what was hoped for, as an Error: refused; unavailable where it says "not
// now"; corrupt for a digest that does not fit. `what` reads after "cannot": "upload a blob of
// alpine". `domain` is the registry's name in references.
[[nodiscard]] Error refusal(std::string_view what, const std::string& domain,
                            const http::Response& answer);

// What to do about a missing, wrong or too weak login.
[[nodiscard]] std::string login_hint(const std::string& domain);

} // namespace nixbuild::registry
