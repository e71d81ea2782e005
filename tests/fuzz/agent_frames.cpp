#include "agent/error_json.hpp"
#include "agent/event_json.hpp"
#include "agent/frames.hpp"
#include "agent/hello.hpp"
#include "fuzz/fuzzing.hpp"

using namespace nixbuild;

namespace {

void read_payload(const agent::Frame& frame) {
  switch (frame.type) {
  case agent::FrameType::hello:
    (void)agent::hello_from_json(frame.payload);
    return;
  case agent::FrameType::event: {
    // What was read once is read the same way ever after.
    const std::string json = agent::event_to_json(agent::event_from_json(frame.payload));
    fuzzing::require(agent::event_to_json(agent::event_from_json(json)) == json);
    return;
  }
  case agent::FrameType::error: {
    const std::string json = agent::error_to_json(agent::error_from_json(frame.payload));
    fuzzing::require(agent::error_to_json(agent::error_from_json(json)) == json);
    return;
  }
  default:
    return;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  agent::FrameReader reader;
  const std::string_view bytes = fuzzing::text(data, size);
  fuzzing::expect_corrupt_at_worst([&] {
    reader.feed(bytes.substr(0, size / 2));
    for (bool last = false;; last = true) {
      while (const auto frame = reader.next())
        fuzzing::expect_corrupt_at_worst([&] { read_payload(*frame); });
      if (last) break;
      reader.feed(bytes.substr(size / 2));
    }
  });
  return 0;
}
