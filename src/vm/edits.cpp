#include "vm/edits.hpp"

#include "support/format.hpp"

#include <string_view>

namespace nixbuild::vm {

namespace {

// $1 is the file. An old state is kept once and never again: a second run sees our own.
constexpr std::string_view keep = R"sh(
set -eu; umask 022
file=$1; kept=$saved$file
mkdir -p "${kept%/*}"
folder=${file%/*}
if [ ! -d "$folder" ]; then echo "made $folder" >>"$journal"; mkdir -p "$folder"; fi
if [ ! -e "$kept" ] && [ ! -L "$kept" ] && [ ! -e "$kept$absent" ]; then
  if [ -e "$file" ] || [ -L "$file" ]; then
    cp -pP "$file" "$kept.new"; mv "$kept.new" "$kept"
  else : >"$kept$absent"; fi
fi
new=$file.docker-nixbuild
)sh";

constexpr std::string_view write = R"sh(
printf %s "$2" >"$new"; chmod "$3" "$new"; mv "$new" "$file"
)sh";

constexpr std::string_view add = R"sh(
if grep -qxF -e "$2" "$file" 2>/dev/null; then exit 0; fi
if [ -e "$file" ]; then cp -p "$file" "$new"; else : >"$new"; chmod 644 "$new"; fi
printf "\n%s\n" "$2" >>"$new"; mv "$new" "$file"
)sh";

constexpr std::string_view restore = R"sh(
set -eu
file=$1; kept=$saved$file; new=$file.docker-nixbuild
changed=
if [ -n "$2" ] && [ -e "$file" ]; then
  { if [ -e "$kept" ]; then cat "$kept"; fi; printf "\n%s\n" "$2"; } >"$new"
  cmp -s "$new" "$file" || changed=yes
  rm -f "$new"
fi
if [ -n "$changed" ]; then
  cp -p "$file" "$new"; grep -vxF -e "$2" "$file" >"$new" || :; mv "$new" "$file"
elif [ -e "$kept" ] || [ -L "$kept" ]; then mv -f "$kept" "$file"
elif [ -e "$kept$absent" ]; then rm -f "$file"
fi
rm -f "$kept" "$kept$absent"
if command -v restorecon >/dev/null && [ -e "$file" ]; then restorecon "$file" || :; fi
)sh";

constexpr std::string_view remember = R"sh(
set -eu; umask 022
mkdir -p "${journal%/*}"
grep -qxF -e "$1" "$journal" 2>/dev/null || echo "$1" >>"$journal"
shift; exec "$@"
)sh";

constexpr std::string_view remove = R"sh(
for folder in "$@"; do rmdir "$folder" 2>/dev/null || :; done
rm -rf "${journal%/*}"
)sh";

Words shell(std::string_view body, Words arguments) {
  const std::string constants =
      format("journal={} saved={} absent={}\n", journal_file, saved_folder, absent_suffix);
  Words argv{"sh", "-c", constants + std::string(body), "sh"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

} // namespace

Words write_file(const std::string& file, const std::string& text, const std::string& mode) {
  return shell(std::string(keep) + std::string(write), {file, text, mode});
}

Words add_line(const std::string& file, const std::string& line) {
  return shell(std::string(keep) + std::string(add), {file, line});
}

Words restore_file(const std::string& file, const std::string& added) {
  return shell(restore, {file, added});
}

Words journaled(const std::string& entry, const Words& command) {
  Words arguments{entry};
  arguments.insert(arguments.end(), command.begin(), command.end());
  return shell(remember, std::move(arguments));
}

Words forget(const std::vector<std::string>& made) {
  return shell(remove, made);
}

} // namespace nixbuild::vm
