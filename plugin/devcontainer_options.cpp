#include "plugin/devcontainer_options.hpp"

#include "image/accounts.hpp"
#include "plugin/version.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace nixbuild::plugin {

using devcontainer::RemoteUser;

namespace {

constexpr std::string_view metadata_option = "devcontainer-metadata";
constexpr std::string_view user_option = "devcontainer-user";

[[noreturn]] void refuse_user(const std::string& text, std::string_view reason) {
  throw Error(ErrorKind::invalid_input, format("--{} \"{}\" {}", user_option, text, reason))
      .with_hint("write NAME, NAME:UID, or NAME:UID:GID; without a number the user gets yours");
}

std::uint32_t number_in(const std::string& text, std::string_view part) {
  constexpr std::uint32_t largest = 0xFFFFFFFE;
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  if (error != std::errc{} || stop != part.data() + part.size() || number == 0 || number > largest)
    refuse_user(text, format("has \"{}\" where a number of a user belongs", part));
  return number;
}

// "NAME[:UID[:GID]]"
RemoteUser user_in(const std::string& text) {
  const std::size_t name_end = std::min(text.find(':'), text.size());
  RemoteUser user{.name = text.substr(0, name_end), .numbers = {}};
  if (user.name.empty() || !image::is_account_field(user.name)) refuse_user(text, "names no user");
  if (name_end == text.size()) {
    if (is_person(user.name)) user.numbers = numbers_of_host(user.name);
    return user;
  }
  if (!is_person(user.name)) refuse_user(text, "gives a number to who has one already");
  const std::string_view numbers = std::string_view(text).substr(name_end + 1);
  const std::size_t colon = numbers.find(':');
  const std::uint32_t uid = number_in(text, numbers.substr(0, colon));
  const std::uint32_t gid =
      colon == std::string_view::npos ? uid : number_in(text, numbers.substr(colon + 1));
  user.numbers = {.user = user.name, .uid = uid, .gid = gid};
  return user;
}

// The metadata itself, or nothing when `text` is a word that says what it is to be made of.
std::optional<std::string> metadata_in(const std::string& text, devcontainer::Settings& settings) {
  if (text == "false") {
    settings.metadata = false;
    return std::nullopt;
  }
  if (const auto profile = devcontainer::parse_profile(text)) {
    settings.profile = *profile;
    return std::nullopt;
  }
  const bool is_json = text.starts_with('[') || text.starts_with('{');
  const std::string option = format("--{}", metadata_option);
  return is_json ? devcontainer::parse_metadata(text, option)
                 : devcontainer::parse_metadata(read_file(text), text);
}

} // namespace

std::optional<image::Amendments> devcontainer_amendments_of(const ParsedOptions& options) {
  const auto metadata = options.value(metadata_option);
  const auto user = options.value(user_option);
  if (!metadata && !user) return std::nullopt;
  devcontainer::Settings settings;
  std::optional<std::string> label;
  if (metadata)
    label = with_frame(format("reading --{}", metadata_option),
                       [&] { return metadata_in(*metadata, settings); });
  auto amendments = devcontainer::dev_container_amendments(
      settings, user ? user_in(*user) : RemoteUser(), std::string(version));
  if (label) devcontainer::set_metadata(amendments, *label);
  return amendments;
}

bool is_person(const std::string& user) {
  return !user.empty() && user != "root" &&
         user.find_first_not_of("0123456789") != std::string::npos;
}

std::optional<image::AccountNumbers> numbers_of_host(const std::string& user) {
#ifdef __linux__
  if (const uid_t uid = ::getuid(); uid != 0)
    return image::AccountNumbers{.user = user, .uid = uid, .gid = ::getgid()};
#else
  (void)user;
#endif
  return std::nullopt;
}

} // namespace nixbuild::plugin
