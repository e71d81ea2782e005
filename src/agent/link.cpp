#include "agent/link.hpp"

#include "support/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <span>
#include <utility>

#include <poll.h>

namespace nixbuild::agent {

namespace {

constexpr std::size_t buffer_size = std::size_t{64} << 10U;

// For poll(2): how long from now, in milliseconds, -1 for ever.
int milliseconds_until(const Link::Deadline& deadline) {
  using namespace std::chrono;
  if (!deadline) return -1;
  const auto left = ceil<milliseconds>(*deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

} // namespace

Link::Link(UniqueFd socket) : fd_(socket.get()), socket_(std::move(socket)) {}

Link::Woken Link::move(int stop_fd, const Deadline& deadline) {
  const short wanted = unsent() > 0 ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 2> entries{{{.fd = fd_, .events = wanted, .revents = 0},
                                 {.fd = stop_fd, .events = POLLIN, .revents = 0}}};
  const int happened = ::poll(entries.data(), entries.size(), milliseconds_until(deadline));
  if (happened < 0 && errno != EINTR) throw system_error(errno, "cannot wait for the agent");
  if (happened == 0) return Woken::late;
  if (happened < 0) return Woken::moved;
  if (entries[1].revents != 0) return Woken::stopped;
  if ((entries[0].revents & POLLOUT) != 0) send_some();
  if ((entries[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) receive_some();
  return Woken::moved;
}

void Link::send_some() {
  const auto bytes = std::as_bytes(std::span(unsent_)).subspan(sent_);
  const auto sent = socket_->send(bytes);
  // What the agent still has to say is worth more than that it does not listen any more.
  sent_ = sent ? sent_ + *sent : unsent_.size();
  if (sent_ == unsent_.size() || sent_ > longest_data) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
}

void Link::receive_some() {
  std::array<std::byte, buffer_size> buffer; // NOLINT: filled before it is read
  const auto got = socket_->receive(buffer);
  if (!got || got->at_end) {
    ended_ = true;
    return;
  }
  reader_.feed({reinterpret_cast<const char*>(buffer.data()), got->bytes});
}

void Link::close() noexcept {
  socket_.reset();
  fd_ = -1;
  ended_ = true;
}

} // namespace nixbuild::agent
