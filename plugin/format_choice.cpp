#include "plugin/format_choice.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::plugin {

Form form_of(const ParsedOptions& options, std::string_view command) {
  const std::string form = options.value("format").value_or("");
  if (form == "json") return Form::json;
  if (form.empty()) return Form::people;
  throw Error(ErrorKind::invalid_input,
              format("{} cannot print in the format \"{}\"", command, form))
      .with_hint("use --format json, or none for the form for people");
}

} // namespace nixbuild::plugin
