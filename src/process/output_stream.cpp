#include "process/output_stream.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <cerrno>
#include <vector>

#include <poll.h>

namespace nixbuild::process {

namespace {

// Returns once `fd` can be read or has ended.
void wait_to_read(int fd, const CancelToken& cancel) {
  for (;;) {
    cancel.throw_if_cancelled();
    std::array<pollfd, 2> watched{pollfd{.fd = fd, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = cancel.poll_fd(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(watched.data(), watched.size(), -1);
    if (ready < 0 && errno != EINTR) throw system_error(errno, "cannot wait for a program");
    if (ready > 0 && watched[0].revents != 0) return;
  }
}

} // namespace

void stream_output(Runner& runner, const Command& command,
                   const std::function<void(std::span<const std::byte>)>& on_output,
                   const CancelToken& cancel) {
  Pipe ends = make_socket_pair();
  const auto child = runner.start_on_socket(command, std::move(ends.write));
  std::vector<std::byte> buffer(std::size_t{256} << 10U);
  while (true) {
    wait_to_read(ends.read.get(), cancel);
    const std::size_t count = read_some(ends.read.get(), buffer);
    if (count == 0) break;
    on_output(std::span(buffer).first(count));
  }
  if (child->wait().success()) return;
  throw Error(ErrorKind::failed, format("{} failed", command.argv.front()))
      .with_detail(child->tail_of_stderr());
}

} // namespace nixbuild::process
