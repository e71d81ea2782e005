#pragma once

#include <string>
#include <string_view>

// A library of its own and no module, so that the agent, which is one static file, does without
// what libcrypto needs for it at run time.
namespace nixbuild::cache {

// The Ed25519 signature of `text` by `key`, both in base64; before a key its name and ":" may
// stand. Throws an Error of kind invalid_input, without the key, for what is none.
[[nodiscard]] std::string sign(std::string_view text, std::string_view key);

} // namespace nixbuild::cache
