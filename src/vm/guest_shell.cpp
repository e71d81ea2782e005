#include "vm/guest_shell.hpp"

#include "archive/file.hpp"
#include "builder/ssh_failure.hpp"
#include "http/stream_socket.hpp"
#include "process/carrier.hpp"
#include "support/error.hpp"
#include "support/unique_fd.hpp"
#include "vm/shell_line.hpp"

#include <span>
#include <utility>

namespace nixbuild::vm {

namespace {

constexpr int failed_by_ssh = 255; // ssh(1), EXIT STATUS
constexpr std::size_t most_kept = std::size_t{1} << 20U;

bool is_here(const GuestPlace& place) {
  return place.argv.front() == "sh";
}

process::Command command_in(const GuestPlace& place, const std::vector<std::string>& argv) {
  process::Command command =
      is_here(place) ? process::Command{.argv = place.argv} : process::carrier(place.argv);
  command.argv.push_back(shell_line(argv));
  return command;
}

process::Captured checked(process::Captured ended, const GuestPlace& place) {
  const bool got_in =
      ended.status.signal || ended.status.code != failed_by_ssh || place.argv.front() != "ssh";
  if (got_in) return ended;
  throw builder::start_failure({.status = ended.status, .out = {}, .err = ended.err}, place.peer);
}

void keep(std::string& text, std::string_view line) {
  if (text.size() + line.size() > most_kept) return;
  text += line;
  text += '\n';
}

void send_file(const Installer& file, const http::StreamSocket& socket, progress::Step& step,
               const CancelToken& cancel) {
  archive::FileSource source(archive::File::open(file.path));
  std::vector<std::byte> buffer(std::size_t{64} << 10U);
  std::uint64_t sent = 0;
  while (const std::size_t got = source.read(buffer)) {
    try {
      socket.send_all(std::span(buffer).first(got), cancel);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::unavailable) return; // its end will tell why
      throw;
    }
    sent += got;
    step.advance(file.path.filename().string(), sent, file.size, sent == file.size);
  }
}

} // namespace

process::Captured run_in(const GuestPlace& place, const std::vector<std::string>& argv,
                         process::Runner& runner, const CancelToken& cancel) {
  return checked(process::capture(runner, command_in(place, argv), cancel, most_kept), place);
}

process::Captured run_shown(const GuestPlace& place, const std::vector<std::string>& argv,
                            progress::Step& step, process::Runner& runner,
                            const CancelToken& cancel) {
  process::Captured ended;
  const auto into = [&](std::string& text) {
    return [&](std::string_view line) {
      keep(text, line);
      step.log(line);
    };
  };
  ended.status = runner.run(command_in(place, argv), into(ended.out), into(ended.err), cancel);
  return checked(std::move(ended), place);
}

process::Captured send_to(const GuestPlace& place, const std::vector<std::string>& argv,
                          const Installer& file, progress::Step& step, process::Runner& runner,
                          const CancelToken& cancel) {
  Pipe ends = make_socket_pair();
  const auto child = runner.start_on_socket(command_in(place, argv), std::move(ends.write));
  {
    const http::StreamSocket socket(std::move(ends.read));
    send_file(file, socket, step, cancel);
  }
  process::Captured ended{.status = child->wait(), .out = {}, .err = {}};
  ended.err = child->tail_of_stderr();
  return checked(std::move(ended), place);
}

} // namespace nixbuild::vm
