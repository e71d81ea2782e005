#include "archive/sha256.hpp"

#include "support/error.hpp"

#include <openssl/evp.h>

#include <array>

namespace nixbuild::archive {

namespace {

[[noreturn]] void fail() {
  throw Error(ErrorKind::internal, "OpenSSL cannot compute SHA-256");
}

// Looking an algorithm up by name costs as much as hashing 500 bytes: done once.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (fetched == nullptr) fail();
  return fetched;
}

} // namespace

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) { restart(); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }

  void restart() const {
    if (evp == nullptr || EVP_DigestInit_ex2(evp, algorithm(), nullptr) != 1) fail();
  }

  EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> data) {
  if (EVP_DigestUpdate(context_->evp, data.data(), data.size()) != 1) fail();
}

std::string Sha256::finish() {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(context_->evp, digest.data(), nullptr) != 1) fail();
  context_->restart();
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 0xfU];
  }
  return hex;
}

} // namespace nixbuild::archive
