#include "devcontainer/settings.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace nixbuild::devcontainer {

namespace json = boost::json;

namespace {

template <class Value>
using Choice = std::pair<std::string_view, Value>;

constexpr std::array profiles{Choice<Profile>{"privileged", Profile::privileged},
                              Choice<Profile>{"writable-cgroups", Profile::writable_cgroups},
                              Choice<Profile>{"none", Profile::none}};

// Takes our own keys out of an object.
class OwnKeys {
public:
  OwnKeys(json::object& object, std::string_view what) : object_(object), what_(what) {}

  template <class Value, std::size_t Count>
  void take(std::string_view key, Value& target, const std::array<Choice<Value>, Count>& choices) {
    const auto value = taken(key);
    if (!value) return;
    const json::string* text = value->if_string();
    std::string names;
    for (const auto& [name, one] : choices) {
      if (text != nullptr && std::string_view(*text) == name) {
        target = one;
        return;
      }
      names += format("{}\"{}\"", names.empty() ? "" : ", ", name);
    }
    refuse(key, format("one of {}", names));
  }

  void take(std::string_view key, bool& target) {
    const auto value = taken(key);
    if (!value) return;
    if (!value->is_bool()) refuse(key, "true or false");
    target = value->get_bool();
  }

  // Nothing, and the key stays, when it is no number of a user.
  std::optional<std::uint32_t> take_number(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    const std::int64_t number = value->get_int64();
    if (number < 1 || number > 0xFFFFFFFE) return std::nullopt;
    object_.erase(key);
    return static_cast<std::uint32_t>(number);
  }

private:
  std::optional<json::value> taken(std::string_view key) {
    const auto found = object_.find(key);
    if (found == object_.end()) return std::nullopt;
    json::value value = found->value();
    object_.erase(found);
    return value;
  }

  [[noreturn]] void refuse(std::string_view key, const std::string& form) const {
    throw Error(ErrorKind::invalid_input, format("{}: \"{}\" is not {}", what_, key, form));
  }

  json::object& object_;
  std::string_view what_;
};

} // namespace

std::optional<Profile> parse_profile(std::string_view name) {
  const auto found = std::ranges::find(profiles, name, &Choice<Profile>::first);
  return found == profiles.end() ? std::nullopt : std::optional(found->second);
}

Settings parse_settings(const json::value& value, std::string_view what) {
  if (!value.is_object()) throw Error(ErrorKind::invalid_input, format("{} is no object", what));
  Settings settings;
  auto options = std::make_shared<json::object>(value.get_object());
  OwnKeys keys(*options, what);
  keys.take("onReopen", settings.on_reopen,
            std::array{Choice<OnReopen>{"build", OnReopen::build},
                       Choice<OnReopen>{"check", OnReopen::check}});
  keys.take("onFailure", settings.on_failure,
            std::array{Choice<OnFailure>{"fail", OnFailure::fail},
                       Choice<OnFailure>{"use-existing", OnFailure::use_existing}});
  keys.take("recreate", settings.recreate,
            std::array{Choice<Recreate>{"never", Recreate::never},
                       Choice<Recreate>{"stopped", Recreate::stopped}});
  keys.take("profile", settings.profile, profiles);
  keys.take("metadata", settings.metadata);
  if (const auto uid = keys.take_number("remoteUserUID")) {
    settings.user_number = UserNumber::given;
    settings.uid = *uid;
  }
  keys.take("remoteUserUID", settings.user_number,
            std::array{Choice<UserNumber>{"host", UserNumber::host},
                       Choice<UserNumber>{"image", UserNumber::image}});
  settings.options = std::move(options);
  return settings;
}

} // namespace nixbuild::devcontainer
