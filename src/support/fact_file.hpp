#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace nixbuild {

// A small memory from run to run: texts by key, in one file. Concurrent runs share it safely; a
// damaged or unwritable file costs its facts, and nobody is told. Not thread-safe.
//
// The file holds one line a fact, appended in one write each:
//   "<key> <value> <FNV-1a, 64 bits, of what precedes that space, as 16 hex digits>\n"
// Keys have no white space and values no line ends. The last line of a key counts; value "-" says
// that the key is forgotten.
class FactFile {
public:
  // A file larger than `limit` bytes is removed: it starts anew.
  FactFile(std::filesystem::path file, std::size_t limit);

  [[nodiscard]] std::optional<std::string> find(const std::string& key) const;
  void remember(const std::string& key, std::string value);
  void forget(const std::string& key);

  [[nodiscard]] std::size_t size() const noexcept { return facts_.size(); }
  // What a call of prune() takes away.
  struct Excess {
    std::size_t facts = 0;
    std::uintmax_t bytes = 0; // of the file, lines that no longer count among them
  };
  // Drops facts whose values are `useless`, and all but the `most` that were remembered last.
  Excess prune(std::size_t most, const std::function<bool(const std::string&)>& useless);
  // Writes the file anew as this object has it; what another run remembers at this moment may be
  // lost. Throws an Error of kind io or no_space.
  void rewrite() const;

private:
  struct Fact {
    std::string value;
    std::size_t number = 0; // in the order of remembering
  };

  void read(std::string_view content);
  [[nodiscard]] std::string content() const;
  void append(std::string_view key, std::string_view value) noexcept;

  std::filesystem::path file_;
  std::map<std::string, Fact, std::less<>> facts_;
  std::size_t next_number_ = 0;
};

} // namespace nixbuild
