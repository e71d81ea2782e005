#include "agent/frames.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <cstdint>

namespace nixbuild::agent {

namespace {

constexpr std::size_t head_length = 5;

std::size_t longest_of(FrameType type) {
  return type == FrameType::data ? longest_data : longest_text;
}

bool is_known(unsigned char type) {
  return type >= static_cast<unsigned char>(FrameType::hello) &&
         type <= static_cast<unsigned char>(FrameType::alive);
}

} // namespace

std::string encode_frame(FrameType type, std::string_view payload) {
  if (payload.size() > longest_of(type)) {
    throw Error(ErrorKind::internal,
                format("a message of {} is too long for the agent's connection",
                       format_bytes(payload.size())));
  }
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::string bytes;
  bytes.reserve(head_length + payload.size());
  bytes += static_cast<char>(type);
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    bytes += static_cast<char>((length >> shift) & 0xffU);
  bytes += payload;
  return bytes;
}

std::optional<Frame> FrameReader::next() {
  const std::string_view bytes = rest();
  if (bytes.empty()) return std::nullopt;
  const auto type = static_cast<unsigned char>(bytes.front());
  if (!is_known(type)) {
    throw Error(ErrorKind::corrupt, format("a message begins with the byte {:#04x}, "
                                           "which is no kind of message",
                                           type));
  }
  if (bytes.size() < head_length) return std::nullopt;
  std::size_t length = 0;
  for (const char byte : bytes.substr(1, head_length - 1))
    length = length << 8U | static_cast<unsigned char>(byte);
  const auto known_type = static_cast<FrameType>(type);
  if (length > longest_of(known_type)) {
    throw Error(ErrorKind::corrupt, format("a message claims to be {} long", format_bytes(length)));
  }
  if (bytes.size() < head_length + length) return std::nullopt;
  Frame frame{.type = known_type, .payload = std::string(bytes.substr(head_length, length))};
  read_ += head_length + length;
  // What was read is dropped in large pieces: moving the rest for every small frame would cost
  // more than the frames themselves.
  if (read_ == pending_.size() || read_ > longest_data) {
    pending_.erase(0, read_);
    read_ = 0;
  }
  return frame;
}

} // namespace nixbuild::agent
