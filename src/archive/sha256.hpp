#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace nixbuild::archive {

// SHA-256, fed piece by piece.
class Sha256 {
public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> data);

  // The digest of everything so far, as 64 lower-case hex digits, and begins anew.
  [[nodiscard]] std::string finish();

private:
  struct Context;
  std::unique_ptr<Context> context_;
};

} // namespace nixbuild::archive
