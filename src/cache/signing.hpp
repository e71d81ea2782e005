#pragma once

#include "nix/closure.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache {

// 64 hex digits in Nix's base 32: 52 characters.
[[nodiscard]] std::string nix_base32(std::string_view hex);

// What is signed of a path (Nix, ValidPathInfo::fingerprint):
// "1;<path>;<hash>;<size>;<references>".
[[nodiscard]] std::string fingerprint(const nix::Closure& closure, const nix::ClosurePath& path);

// "/nix/store/…" of what `path` refers to, itself included, ascending.
[[nodiscard]] std::vector<std::string> references_of(const nix::Closure& closure,
                                                     const nix::ClosurePath& path);

// The signature of a text by a key: sign() of ed25519.hpp.
using Signer = std::string (*)(std::string_view text, std::string_view key);

// The MD5 of `data` in base64, as Content-MD5 (RFC 1864) has it.
[[nodiscard]] std::string content_md5(std::string_view data);

} // namespace nixbuild::cache
