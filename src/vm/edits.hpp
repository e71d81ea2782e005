#pragma once

#include <string>
#include <vector>

// How files of a guest are changed so that every change can be taken back to the byte: what was
// there before is kept in our_folder, and a journal there remembers the rest. All are argv of sh
// with a constant script; they need root, and say nothing unless they fail.
namespace nixbuild::vm {

inline constexpr const char* our_folder = "/var/lib/docker-nixbuild";
inline constexpr const char* journal_file = "/var/lib/docker-nixbuild/journal";
inline constexpr const char* saved_folder = "/var/lib/docker-nixbuild/saved";
// Beside a saved file's place when there was none.
inline constexpr const char* absent_suffix = ".absent";

using Words = std::vector<std::string>;

// Gives `file` these contents in one step. `mode` is octal.
[[nodiscard]] Words write_file(const std::string& file, const std::string& text,
                               const std::string& mode = "644");

// Adds a line to the end of `file`, which need not exist.
[[nodiscard]] Words add_line(const std::string& file, const std::string& line);

// Makes `file` what it was before write_file() or add_line(). Where others have changed it since,
// only the line `added` goes.
[[nodiscard]] Words restore_file(const std::string& file, const std::string& added = {});

// Remembers `entry` and then becomes `command`.
[[nodiscard]] Words journaled(const std::string& entry, const Words& command);

// Removes the folders that were made for files of ours (entries "made DIR"), and our_folder.
[[nodiscard]] Words forget(const std::vector<std::string>& made);

} // namespace nixbuild::vm
