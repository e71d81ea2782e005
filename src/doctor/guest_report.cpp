#include "doctor/guest_report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace nixbuild::doctor {

namespace {

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

template <class Number>
Number number_of(std::string_view text, Number otherwise, int base = 10) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return parsed.ec == std::errc() ? number : otherwise;
}

bool has_word(std::string_view words, std::string_view word, char separator = ' ') {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(separator), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

// "\040" for a blank, "\011", "\012" and "\134" (proc(5)).
std::string unescaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.front() == '\\' && text.size() >= 4) {
      result += static_cast<char>(number_of<unsigned>(text.substr(1, 3), '?', 8));
      text.remove_prefix(4);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

void read_user(Guest& guest, std::string_view rest) {
  guest.user_id = number_of(take_word(rest), -1);
  guest.user = take_word(rest);
}

void read_nix(Guest& guest, std::string_view rest) {
  guest.nix = rest;
}

void read_setting(Guest& guest, std::string_view rest) {
  const std::size_t equals = rest.find(" =");
  if (equals == std::string_view::npos) return;
  std::string_view value = rest.substr(equals + 2);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  guest.settings[std::string(rest.substr(0, equals))] = value;
}

// {"trusted":1,"url":"daemon"}; newer versions say true.
void read_store_info(Guest& guest, std::string_view rest) {
  constexpr std::string_view key = "\"trusted\":";
  const std::size_t found = rest.find(key);
  if (found == std::string_view::npos) return;
  std::string_view value = rest.substr(found + key.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  if (value.starts_with("null")) return;
  guest.trusted = value.starts_with('1') || value.starts_with("true");
}

// PATH, then a line of `df -Pk`: device, blocks, used, available, …
void read_disk(Guest& guest, std::string_view rest) {
  const std::string path(take_word(rest));
  take_word(rest);
  const auto blocks = number_of<std::uint64_t>(take_word(rest), 0);
  take_word(rest);
  const std::string_view free = take_word(rest);
  if (free.empty()) return;
  guest.disks[path] = {.bytes = blocks * 1024,
                       .free_bytes = number_of<std::uint64_t>(free, 0) * 1024};
}

void read_mount(Guest& guest, std::string_view rest) {
  take_word(rest);
  MountPoint mount{.path = unescaped(take_word(rest)), .type = std::string(take_word(rest))};
  mount.read_only = has_word(take_word(rest), "ro", ',');
  guest.mounts.push_back(std::move(mount));
}

// NAME enabled interpreter PATH flags: OCF offset …
void read_emulator(Guest& guest, std::string_view rest) {
  Emulator emulator{.name = std::string(take_word(rest))};
  while (!rest.empty()) {
    const std::string_view word = take_word(rest);
    if (word == "enabled") emulator.enabled = true;
    if (word == "interpreter") emulator.interpreter = take_word(rest);
    if (word == "flags:") emulator.fixed = take_word(rest).contains('F');
  }
  guest.emulators.push_back(std::move(emulator));
}

// URL, then curl's words, the last of which is the status.
void read_cache(Guest& guest, std::string_view rest) {
  CacheAnswer answer{.url = std::string(take_word(rest))};
  while (rest.ends_with(' '))
    rest.remove_suffix(1);
  const std::size_t last = rest.rfind(' ');
  const std::size_t begin = last == std::string_view::npos ? 0 : last + 1;
  answer.status = number_of(rest.substr(begin), 0);
  answer.words = rest.substr(0, last == std::string_view::npos ? 0 : last);
  guest.caches.push_back(std::move(answer));
}

struct Line {
  std::string_view key;
  void (*read)(Guest& guest, std::string_view rest);
};

constexpr std::array lines{
    Line{"machine", [](Guest& guest, std::string_view rest) { guest.machine = rest; }},
    Line{"user", read_user},
    Line{"nix", read_nix},
    Line{"nix-in-path", [](Guest& guest, std::string_view) { guest.nix_in_path = true; }},
    Line{"nix-version", [](Guest& guest, std::string_view rest) { guest.nix_version = rest; }},
    Line{"no-nix-command", [](Guest& guest, std::string_view) { guest.nix_commands = false; }},
    Line{"setting", read_setting},
    Line{"store-info", read_store_info},
    Line{"store-error", [](Guest& guest, std::string_view rest) { guest.store_error = rest; }},
    Line{"daemon-socket", [](Guest& guest, std::string_view) { guest.daemon_socket = true; }},
    Line{"daemon-unit", [](Guest& guest, std::string_view rest) { guest.daemon_unit = rest; }},
    Line{"store-owner",
         [](Guest& guest, std::string_view rest) { guest.store_owner = number_of(rest, -1); }},
    Line{"store-writable", [](Guest& guest, std::string_view) { guest.store_writable = true; }},
    Line{"disk", read_disk},
    Line{"mount", read_mount},
    Line{"binfmt", read_emulator},
    Line{"kvm", [](Guest& guest, std::string_view) { guest.kvm = true; }},
    Line{"xz", [](Guest& guest, std::string_view) { guest.xz = true; }},
    Line{"tmp",
         [](Guest& guest, std::string_view rest) {
           if (!rest.empty()) guest.tmp_permissions = number_of(rest, 0U, 8);
         }},
    Line{"source-seen", [](Guest& guest, std::string_view) { guest.source_seen = true; }},
    Line{"source-writable", [](Guest& guest, std::string_view) { guest.source_writable = true; }},
    Line{"cache", read_cache},
    Line{"netrc-machine",
         [](Guest& guest, std::string_view rest) { guest.netrc_machines.emplace_back(rest); }},
    Line{"cachix-netrc", [](Guest& guest, std::string_view) { guest.cachix_netrc = true; }},
    Line{"token-in-argv", [](Guest& guest, std::string_view) { guest.token_in_argv = true; }},
    Line{"engine-id", [](Guest& guest, std::string_view rest) { guest.engine_id = rest; }},
};

} // namespace

std::string Guest::setting(const std::string& name) const {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

bool Guest::setting_has(const std::string& name, std::string_view word) const {
  return has_word(setting(name), word);
}

const MountPoint* Guest::mount_of(std::string_view path) const {
  const MountPoint* best = nullptr;
  for (const MountPoint& mount : mounts) {
    const bool below = mount.path == "/" || path == mount.path ||
                       (path.starts_with(mount.path) && path[mount.path.size()] == '/');
    // Of several at one place the last hides the others.
    if (below && (best == nullptr || mount.path.size() >= best->path.size())) best = &mount;
  }
  return best;
}

Guest parse_guest_report(std::string_view text) {
  Guest guest;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view key = take_word(rest);
    const auto* const line = std::ranges::find(lines, key, &Line::key);
    if (line != lines.end()) line->read(guest, rest);
  }
  return guest;
}

} // namespace nixbuild::doctor
