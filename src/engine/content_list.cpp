#include "engine/content_list.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace nixbuild::engine {

namespace {

// Protocol Buffers (protobuf.dev/programming-guides/encoding): a field is a varint of its number
// and wire type, then a varint, fixed bytes, or a length and that many bytes.
enum WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

Error malformed() {
  return {ErrorKind::corrupt, "the engine's list of blobs cannot be read"};
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U)
    out += static_cast<char>((value & 0x7FU) | 0x80U);
  out += static_cast<char>(value);
}

void append_string_field(std::string& out, unsigned number, std::string_view value) {
  append_varint(out, number << 3U | WireType::bytes);
  append_varint(out, value.size());
  out += value;
}

std::uint64_t take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  throw malformed();
}

std::string_view take(std::string_view& in, std::uint64_t length) {
  if (in.size() < length) throw malformed();
  const std::string_view taken = in.substr(0, length);
  in.remove_prefix(length);
  return taken;
}

struct Field {
  std::uint64_t number = 0;
  std::string_view value; // of a bytes field
};

Field take_field(std::string_view& in) {
  const std::uint64_t key = take_varint(in);
  Field field{.number = key >> 3U, .value = {}};
  switch (key & 7U) {
  case WireType::varint:
    (void)take_varint(in);
    return field;
  case WireType::fixed64:
    (void)take(in, 8);
    return field;
  case WireType::fixed32:
    (void)take(in, 4);
    return field;
  case WireType::bytes:
    field.value = take(in, take_varint(in));
    return field;
  default:
    throw malformed();
  }
}

// Info{1 digest, …}
std::optional<oci::Digest> digest_of(std::string_view info) {
  while (!info.empty()) {
    const Field field = take_field(info);
    if (field.number != 1) continue;
    const auto digest = oci::Digest::parse(field.value);
    return digest ? std::optional(*digest) : std::nullopt;
  }
  return std::nullopt;
}

} // namespace

// ListContentRequest{1 repeated string filters}: filters are alternatives.
std::string content_list_request(const std::vector<oci::Digest>& digests) {
  std::string request;
  for (const oci::Digest& digest : digests) {
    append_string_field(request, 1, format("digest=={}", digest.str()));
  }
  return request;
}

// ListContentResponse{1 repeated Info}
std::set<oci::Digest> parse_content_list(const std::vector<std::string>& messages) {
  std::set<oci::Digest> digests;
  for (const std::string& message : messages) {
    std::string_view rest = message;
    while (!rest.empty()) {
      const Field field = take_field(rest);
      if (field.number != 1) continue;
      if (const auto digest = digest_of(field.value)) digests.insert(*digest);
    }
  }
  return digests;
}

} // namespace nixbuild::engine
