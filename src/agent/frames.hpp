#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What the agent and its client say to each other over one pair of byte streams:
//
//   frame:  type, one byte | length of the payload, 32 bits, big-endian | payload
//
//   agent                             client
//   hello    who I am          ─►
//                              ◄─     request   what to do, opaque here
//   event    progress          ─►               any number, at any time
//   alive    nothing           ─►               when there was nothing else for a while, so that a
//                                               network that is gone does not stay unnoticed
//                              ◄─     cancel    "graceful" or "forced", at any time
//   ask      a question        ─►
//   data     to go with it     ─►               any number of pieces, the last one empty
//                              ◄─     data      to go with the answer, any number of pieces
//                              ◄─     answer
//   report   what came of it   ─►               the end
//   error    what went wrong   ─►               the other end
//
// Questions come one after the other, and each is answered before the next. A stream that ends
// before report or error is a lost connection; for the agent the end of its input means that
// nobody waits for it any more.
namespace nixbuild::agent {

enum class FrameType : unsigned char {
  hello = 1,
  request = 2,
  event = 3,
  report = 4,
  error = 5,
  cancel = 6,
  ask = 7,
  answer = 8,
  data = 9,
  alive = 10,
};

struct Frame {
  FrameType type = FrameType::hello;
  std::string payload;
};

// The longest payload of a frame of data, and of any other.
inline constexpr std::size_t longest_data = std::size_t{256} << 10U;
inline constexpr std::size_t longest_text = std::size_t{16} << 20U;

// The bytes of a frame. Throws an Error of kind internal when `payload` is too long for its type.
[[nodiscard]] std::string encode_frame(FrameType type, std::string_view payload);

// Cuts a stream of bytes into frames. Fed in pieces of any size.
class FrameReader {
public:
  void feed(std::string_view bytes) { pending_ += bytes; }

  // The next frame, or nothing before more is fed. Throws an Error of kind corrupt for what is no
  // frame or a frame that is too long; nothing can be read after that.
  [[nodiscard]] std::optional<Frame> next();

  // What was fed and is not part of a frame that next() gave.
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view(pending_).substr(read_);
  }

private:
  std::string pending_;
  std::size_t read_ = 0; // so much of pending_ has been given
};

} // namespace nixbuild::agent
