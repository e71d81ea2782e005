#include "archive/sha256.hpp"

// OpenSSL 3 calls these functions old. Their successors load the machinery of its providers, which
// takes longer than most of what we hash, doubles the size of a static program, and there needs
// the machine's shared libraries at run time.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>

namespace nixbuild::archive {

struct Sha256::Context {
  Context() { ::SHA256_Init(&state); }

  SHA256_CTX state;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> data) {
  ::SHA256_Update(&context_->state, data.data(), data.size());
}

std::string Sha256::finish() {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256_Final(digest.data(), &context_->state);
  ::SHA256_Init(&context_->state);
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 0xfU];
  }
  return hex;
}

} // namespace nixbuild::archive
