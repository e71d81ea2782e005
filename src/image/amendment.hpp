#pragma once

#include "image/account_numbers.hpp"
#include "image/image.hpp"
#include "support/cancel.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::image {

// Label of an amended image: a digest of all the rest of it, so that images that were built upon it
// and containers, which inherit labels, tell which one they come from.
inline constexpr std::string_view identity_label = "dev.nixbuild.image";

// What an image gets on its way to where it is wanted, whoever has built it.
struct Amendment {
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> missing_labels; // where it has none of the name
  std::vector<std::string> missing_env;              // "NAME=VALUE", likewise
  std::string missing_stop_signal;                   // likewise; empty: none
  std::optional<AccountNumbers> numbers;
  bool operator==(const Amendment&) const = default;
};

struct Amendments {
  Amendment booting; // for images whose process 1 is an init
  Amendment others;
  bool operator==(const Amendments&) const = default;
};

// Whether containers of the image with this config start "init" or "systemd".
[[nodiscard]] bool starts_init(std::string_view config);

// `image` with the amendment that is for it: its config is written anew, and accounts with other
// numbers become one more layer. Depends on `image` and `amendments` alone. Why a user keeps its
// numbers all the same is told to `tell`. Throws an Error: corrupt for a config that is none,
// invalid_input when there is no room for a layer.
[[nodiscard]] Image amended(Image image, const Amendments& amendments,
                            const std::function<void(const std::string&)>& tell,
                            const CancelToken& cancel);

} // namespace nixbuild::image
