#pragma once

#include "archive/stream.hpp"

namespace nixbuild::archive {

// Keeps what is written.
class TextSink final : public Sink {
public:
  void write(std::span<const std::byte> data) override {
    text_.append(reinterpret_cast<const char*>(data.data()), data.size());
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  std::string text_;
};

} // namespace nixbuild::archive
