#include "nix/closure.hpp"

#include "nix/registration.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::nix {

namespace {

// Below every system's limit for the arguments of a program (macOS: 1 MiB with the environment).
constexpr std::size_t argument_bytes = std::size_t{100} << 10U;
constexpr std::size_t kept_of_stderr = std::size_t{64} << 10U;

// Runs nix-store and hands on what it prints.
void ask(process::Runner& runner, const std::filesystem::path& nix_store,
         std::vector<std::string> arguments, const process::LineHandler& on_line,
         const std::string& about, const CancelToken& cancel) {
  process::Command command{.argv = {nix_store.string()}, .directory = {}, .environment = {}};
  std::ranges::move(arguments, std::back_inserter(command.argv));
  std::string errors;
  const auto keep = [&errors](std::string_view line) {
    if (errors.size() < kept_of_stderr) errors.append(line) += '\n';
  };
  const process::ExitStatus status = runner.run(command, on_line, keep, cancel);
  if (!status.success()) {
    throw Error(ErrorKind::failed, format("Nix cannot tell the closure of {}", about))
        .with_detail(std::move(errors));
  }
}

std::vector<std::string> requisites(process::Runner& runner, const std::filesystem::path& nix_store,
                                    const std::vector<std::string>& roots,
                                    const CancelToken& cancel) {
  std::vector<std::string> arguments{"--query", "--requisites"};
  arguments.insert(arguments.end(), roots.begin(), roots.end());
  std::vector<std::string> paths;
  ask(
      runner, nix_store, std::move(arguments),
      [&paths](std::string_view line) { paths.emplace_back(line); }, roots.front(), cancel);
  return paths;
}

// The index after the last of the paths from `begin` on that fit one command line.
std::size_t end_of_batch(const std::vector<std::string>& paths, std::size_t begin) {
  std::size_t end = begin;
  for (std::size_t bytes = 0; end < paths.size(); ++end) {
    bytes += paths[end].size() + sizeof(char*) + 1;
    if (bytes > argument_bytes && end > begin) break;
  }
  return end;
}

} // namespace

std::string_view store_hash(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  const std::size_t dash = path.find('-');
  return dash == std::string_view::npos ? std::string_view{} : path.substr(0, dash);
}

std::string_view store_name(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  const std::size_t dash = path.find('-');
  return dash == std::string_view::npos ? std::string_view{} : path.substr(dash + 1);
}

std::optional<std::size_t> find_path(const Closure& closure, std::string_view path) {
  const auto found = std::ranges::lower_bound(closure.paths, path, {}, &ClosurePath::path);
  if (found == closure.paths.end() || found->path != path) return {};
  return static_cast<std::size_t>(found - closure.paths.begin());
}

Closure query_closure(process::Runner& runner, const std::filesystem::path& nix_store,
                      const std::vector<std::string>& roots, const CancelToken& cancel) {
  if (roots.empty()) return {};
  const std::vector<std::string> paths = requisites(runner, nix_store, roots, cancel);
  RegistrationReader reader;
  for (std::size_t begin = 0; begin < paths.size();) {
    const std::size_t end = end_of_batch(paths, begin);
    std::vector<std::string> arguments{"--dump-db"};
    for (std::size_t i = begin; i < end; ++i)
      arguments.push_back(paths[i]);
    ask(
        runner, nix_store, std::move(arguments),
        [&reader](std::string_view line) { reader.line(line); }, roots.front(), cancel);
    begin = end;
  }
  Closure closure = std::move(reader).finish();
  for (const std::string& root : roots) {
    const auto found = find_path(closure, root);
    if (!found) {
      throw Error(ErrorKind::corrupt, format("nix-store left {} out of its own closure", root));
    }
    closure.roots.push_back(*found);
  }
  return closure;
}

} // namespace nixbuild::nix
