#include "http/grpc.hpp"

#include "fuzz/fuzzing.hpp"
#include "support/unique_fd.hpp"

#include <span>
#include <string>
#include <utility>

#include <sys/socket.h>

using namespace nixbuild;

// What a server says over HTTP/2 to a gRPC call, up to its closing the connection.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pipe ends = make_socket_pair();
  write_all(ends.read.get(), std::as_bytes(std::span(data, size)));
  ::shutdown(ends.read.get(), SHUT_WR);
  const http::StreamSocket socket(std::move(ends.write));
  constexpr std::size_t limit = 4096;
  try {
    std::size_t bytes = 0;
    for (const std::string& message : http::grpc_call(socket, "/a.B/C", "question", {}, limit))
      bytes += message.size();
    fuzzing::require(bytes <= limit);
  } catch (const Error& error) {
    fuzzing::require(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::refused ||
                     error.kind() == ErrorKind::unavailable);
  }
  return 0;
}
