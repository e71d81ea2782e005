#pragma once

#include "support/format.hpp"

#include <string>
#include <string_view>

namespace nixbuild::fakes {

// One header block, every field of it as a test wants it.
struct RawTarHeader {
  std::string name;
  char type_flag = '0';
  std::string size = "00000000000"; // the field's 12 bytes, NULs are added
  std::string link_target;
  std::string magic = std::string("ustar\00000", 8);
  std::string prefix;
  int checksum_error = 0;

  [[nodiscard]] std::string block() const {
    std::string bytes(512, '\0');
    const auto put = [&](std::size_t offset, std::string_view text) {
      bytes.replace(offset, text.size(), text);
    };
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, size);
    put(136, "00000000000");
    put(148, "        ");
    put(156, std::string_view(&type_flag, 1));
    put(157, link_target);
    put(257, magic);
    put(345, prefix);
    int sum = checksum_error;
    for (const char byte : bytes)
      sum += static_cast<unsigned char>(byte);
    put(148, format("{:06o}", sum));
    bytes[154] = '\0';
    return bytes;
  }
};

inline std::string octal_size(std::size_t size) {
  return format("{:011o}", size);
}

inline std::string padded(std::string content) {
  content.resize((content.size() + 511) / 512 * 512, '\0');
  return content;
}

// Builds a tar archive piece by piece, well-formed or not.
class TarBuilder {
public:
  TarBuilder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  // An entry of any type with content.
  TarBuilder& entry(RawTarHeader header, const std::string& content) {
    header.size = octal_size(content.size());
    return raw(header.block()).raw(padded(content));
  }
  TarBuilder& file(const std::string& name, const std::string& content) {
    return entry({.name = name}, content);
  }
  TarBuilder& directory(const std::string& name) {
    return raw(RawTarHeader{.name = name, .type_flag = '5'}.block());
  }
  TarBuilder& symbolic_link(const std::string& name, const std::string& target) {
    return raw(RawTarHeader{.name = name, .type_flag = '2', .link_target = target}.block());
  }
  TarBuilder& hard_link(const std::string& name, const std::string& target) {
    return raw(RawTarHeader{.name = name, .type_flag = '1', .link_target = target}.block());
  }
  // A pax extended header: records, each "KEY=VALUE", get their lengths here.
  TarBuilder& pax(std::initializer_list<std::string> records, char type_flag = 'x') {
    std::string body;
    for (const std::string& record : records) {
      std::size_t length = record.size() + 3;
      while (length != format("{}", length).size() + record.size() + 2)
        ++length;
      body += format("{} {}\n", length, record);
    }
    return entry({.name = "././@PaxHeader", .type_flag = type_flag}, body);
  }
  // The archive so far, without and with its end-of-archive marker.
  [[nodiscard]] const std::string& open_ended() const { return bytes_; }
  [[nodiscard]] std::string finished() const { return bytes_ + std::string(1024, '\0'); }

private:
  std::string bytes_;
};

} // namespace nixbuild::fakes
