#pragma once

#include "nix/closure.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::nix {

// Reads what `nix-store --dump-db PATHS` prints (and --load-db reads), the same in every Nix since
// 1.0. For each path, one line each:
//   path, SHA-256 of the NAR in hex, size of the NAR in bytes, deriver or nothing, count of
//   references, then the references (the path itself may be among them)
// A path refers only to paths that are described too.
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

} // namespace nixbuild::nix
