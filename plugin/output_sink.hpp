#pragma once

#include "archive/stream.hpp"
#include "progress/output.hpp"

namespace nixbuild::plugin {

// Bytes that go where text goes.
class OutputSink final : public archive::Sink {
public:
  // `output` must live longer.
  explicit OutputSink(progress::Output& output) : output_(output) {}

  void write(std::span<const std::byte> data) override {
    output_.write({reinterpret_cast<const char*>(data.data()), data.size()});
  }

private:
  progress::Output& output_;
};

} // namespace nixbuild::plugin
