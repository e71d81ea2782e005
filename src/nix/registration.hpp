#pragma once

#include "nix/closure.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// How Nix writes down what it knows of valid paths: `nix-store --dump-db PATHS` prints it, the same
// in every Nix since 1.0, and `nix-store --load-db` reads it. For each path, one line each:
//   path, SHA-256 of the NAR in hex, size of the NAR in bytes, deriver or nothing, count of
//   references, then the references (the path itself may be among them)

// Reads it, of paths that refer to none but each other.
class RegistrationReader {
public:
  // Takes the next line. Throws an Error of kind corrupt for one that cannot stand there.
  void line(std::string_view text);
  // What was described, without roots. Throws an Error of kind corrupt when the last description
  // is not whole, when a path was described twice, or refers to one that was not.
  [[nodiscard]] Closure finish() &&;

private:
  enum class Expected { path, hash, size, deriver, count, reference };

  Expected expected_ = Expected::path;
  std::size_t references_left_ = 0;
  std::vector<ClosurePath> paths_;
  std::vector<std::vector<std::string>> references_; // of each of them
};

// Writes it, without derivers, which a copy of the closure does not have.
[[nodiscard]] std::string registration_text(const Closure& closure);

} // namespace nixbuild::nix
