#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nixbuild::fakes {

// What a gRPC server sends over HTTP/2 (RFC 9113, 7541), frame by frame, on stream 1.
namespace http2 {

enum Type : std::uint8_t { data = 0, headers = 1, rst_stream = 3, settings = 4, go_away = 7 };
enum Flag : std::uint8_t { none = 0, end_stream = 1, end_headers = 4 };

inline std::string number(std::uint32_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = bytes; i > 0; --i)
    text += static_cast<char>((value >> (8 * (i - 1))) & 0xFFU);
  return text;
}

inline std::string frame(Type type, unsigned flags, std::uint32_t stream,
                         std::string_view payload) {
  return number(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + number(stream, 4) + std::string(payload);
}

// Literals without indexing; no text may have more than 126 bytes.
inline std::string
header_block(const std::vector<std::pair<std::string_view, std::string_view>>& list) {
  std::string block;
  for (const auto& [name, value] : list) {
    block += '\0';
    block += static_cast<char>(name.size());
    block += name;
    block += static_cast<char>(value.size());
    block += value;
  }
  return block;
}

inline std::string server_settings() {
  return frame(settings, none, 0, "");
}

inline std::string answer_head(std::string_view status = "200") {
  return frame(headers, end_headers, 1,
               header_block({{":status", status}, {"content-type", "application/grpc"}}));
}

inline std::string trailers(std::string_view grpc_status, std::string_view message = "") {
  return frame(headers, end_headers | end_stream, 1,
               header_block({{"grpc-status", grpc_status}, {"grpc-message", message}}));
}

inline std::string grpc_message(std::string_view message) {
  return std::string(1, '\0') + number(static_cast<std::uint32_t>(message.size()), 4) +
         std::string(message);
}

} // namespace http2

} // namespace nixbuild::fakes
