#include "plugin/confirmation.hpp"

#include "support/error.hpp"
#include "support/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <span>
#include <string>

#include <poll.h>

namespace nixbuild::plugin {

namespace {

constexpr std::size_t longest_answer = 64;

void wait_for_answer(int fd, const CancelToken& cancel) {
  std::array<pollfd, 2> entries{pollfd{fd, POLLIN, 0}, pollfd{cancel.poll_fd(), POLLIN, 0}};
  while (::poll(entries.data(), entries.size(), -1) < 0) {
    if (errno != EINTR) throw system_error(errno, "cannot wait for an answer");
  }
  cancel.throw_if_cancelled();
}

// Byte by byte: what follows the line is not ours.
std::string read_line(int fd, const CancelToken& cancel) {
  std::string line;
  std::array<char, 1> byte{};
  while (line.size() < longest_answer) {
    wait_for_answer(fd, cancel);
    if (read_some(fd, std::as_writable_bytes(std::span(byte))) == 0 || byte[0] == '\n') break;
    line += static_cast<char>(std::tolower(static_cast<unsigned char>(byte[0])));
  }
  return line;
}

} // namespace

bool confirmed(World& world) {
  world.out.write("Are you sure you want to continue? [y/N] ");
  std::string answer = read_line(world.standard_input, world.cancel);
  std::erase_if(answer, [](unsigned char c) { return std::isspace(c) != 0; });
  return answer == "y" || answer == "yes";
}

} // namespace nixbuild::plugin
