#pragma once

#include "archive/stream.hpp"
#include "http/client.hpp"
#include "registry/session.hpp"
#include "support/cancel.hpp"
#include "support/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::registry {

// The first byte that an upload lacks, by its Range header ("0-1023", "bytes=0-1023").
[[nodiscard]] std::optional<std::uint64_t> parse_end_of_range(std::string_view range);

// Sends what is written to it in pieces (distribution specification, "Pushing a blob in chunks").
// A piece stays in memory until the registry has it, so after a cut the upload goes on from the
// byte that the registry names. Only when that byte is gone from memory, or the upload from the
// registry, everything must be written once more: then write() throws and must_repeat() is true.
class PiecedUpload final : public archive::Sink {
public:
  // Begins an upload: its location, and the least size of a piece.
  struct Begun {
    std::string location;
    std::size_t least_piece = 0;
  };
  using Begin = std::function<Begun()>;

  PiecedUpload(Session& session, Begin begin, std::size_t piece_size, const CancelToken& cancel);

  void write(std::span<const std::byte> data) override;
  // All was written: sends what is left, and says what the digest of everything is.
  void finish(const std::string& digest);

  // Whether nothing was sent yet.
  [[nodiscard]] bool all_in_memory() const { return location_.empty(); }
  [[nodiscard]] std::string_view in_memory() const { return {buffer_.data(), buffer_.size()}; }
  [[nodiscard]] std::uint64_t size() const { return written_; }

  [[nodiscard]] bool must_repeat() const { return repeat_; }
  // Makes it ready to be written to from the first byte on.
  void repeat();
  // The registry's answer, when it will not take a blob in pieces but perhaps as a whole.
  [[nodiscard]] const std::optional<http::Response>& refused_pieces() const { return refused_; }

private:
  void send_buffer();
  // One try, from `from` of the buffer on.
  [[nodiscard]] http::Response send_piece(std::size_t from);
  // Where in the buffer to go on after a try that failed; throws when it is not there.
  [[nodiscard]] std::size_t ask_offset();
  void start_anew();
  [[noreturn]] void give_up_for_now();

  Session& session_;
  const Begin begin_;
  std::size_t piece_size_;
  const CancelToken& cancel_;

  std::string location_; // empty: not begun
  std::vector<char> buffer_;
  std::uint64_t start_ = 0;      // of the buffer in the blob
  std::uint64_t written_ = 0;    // to us in this round
  std::uint64_t drop_until_ = 0; // the registry has these bytes
  bool repeat_ = false;
  int repeats_ = 0;
  std::optional<http::Response> refused_;
};

} // namespace nixbuild::registry
