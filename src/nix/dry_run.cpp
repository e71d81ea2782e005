#include "nix/dry_run.hpp"

#include "nix/errors.hpp"
#include "nix/secret_settings.hpp"
#include "nix/session.hpp"
#include "nix/store_path.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace nixbuild::nix {

namespace {

// Lists are announced by a line that ends in ":" and have lines of two blanks and a path:
//   these 2 derivations will be built:
//   this path will be fetched (0.52 MiB download, 3.09 MiB unpacked):
enum class List { none, builds, downloads };

List announced(std::string_view line) {
  if (line.find("will be built:") != std::string_view::npos) return List::builds;
  if (line.find("will be fetched (") != std::string_view::npos) return List::downloads;
  return List::none;
}

// The amount before `word`: "3.09 MiB unpacked". Units are those of 2.8 (MiB) and 2.34 (B to TiB).
std::uint64_t amount_before(std::string_view line, std::string_view word) {
  const std::size_t end = line.find(word);
  if (end == std::string_view::npos) return 0;
  line = line.substr(0, end);
  const std::size_t begin = line.find_last_of("(,");
  if (begin == std::string_view::npos) return 0;
  line.remove_prefix(begin + 1);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  double number = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
  if (parsed.ec != std::errc{} || !(number >= 0)) return 0;
  static constexpr std::string_view units = "BKMGTP";
  const std::string_view unit = line.substr(static_cast<std::size_t>(parsed.ptr - line.data()));
  const std::size_t letter = unit.find_first_not_of(' ');
  const std::size_t power = letter == std::string_view::npos ? 0 : units.find(unit[letter]);
  const double bytes =
      std::ldexp(number, power == std::string_view::npos ? 0 : static_cast<int>(10 * power));
  constexpr double most = 1e18;
  return static_cast<std::uint64_t>(std::min(bytes, most));
}

} // namespace

DryRun parse_dry_run(std::string_view text) {
  DryRun run;
  List list = List::none;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with("  ")) {
      list = announced(line);
      if (list != List::downloads) continue;
      run.download_bytes = amount_before(line, "download");
      run.unpacked_bytes = amount_before(line, "unpacked");
      continue;
    }
    const std::string_view path = line.substr(2);
    if (list == List::builds) run.builds.emplace_back(path);
    if (list == List::downloads) run.downloads.emplace_back(path);
  }
  return run;
}

DryRun Nix::what_would_be_built(const std::string& derivation, const std::string& output,
                                const Options& options, const CancelToken& cancel) {
  Arguments argv{(program_.parent_path() / "nix-store").string(), "--realise",
                 output.empty() ? derivation : format("{}!{}", derivation, output), "--dry-run"};
  const Arguments flags = realisation_flags(options);
  argv.insert(argv.end(), flags.begin(), flags.end());
  const process::Command command{
      .argv = argv, .directory = {}, .environment = environment_for(options, environment_)};
  const auto answer = process::capture(runner_, command, cancel);
  if (!answer.status.success()) {
    throw explain(format("cannot tell what building {} needs", readable_name(derivation)),
                  {.text = answer.err});
  }
  return parse_dry_run(answer.err);
}

} // namespace nixbuild::nix
