#include "hints/hook_call.hpp"

#include <boost/json.hpp>

namespace nixbuild::hints {

namespace json = boost::json;

std::optional<HookCall> parse_hook_call(std::string_view text) {
  json::error_code error;
  const json::value document = json::parse(text, error);
  if (error || !document.is_object()) return std::nullopt;
  const json::object& object = document.get_object();
  const json::value* command = object.if_contains("RootCmd");
  if (command == nullptr || !command->is_string()) return std::nullopt;
  HookCall call{.command = std::string(command->get_string()), .flags = {}};
  const json::value* flags = object.if_contains("Flags");
  if (flags != nullptr && flags->is_object())
    for (const auto& flag : flags->get_object())
      call.flags.emplace(flag.key());
  const json::value* problem = object.if_contains("CommandError");
  call.failed = problem != nullptr && problem->is_string() && !problem->get_string().empty();
  return call;
}

std::string hook_answer(std::string_view hint) {
  constexpr int next_steps = 0;
  return json::serialize(json::object{{"Type", next_steps}, {"Template", hint}}) + "\n";
}

} // namespace nixbuild::hints
