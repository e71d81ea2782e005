#include "engine/json_messages.hpp"

#include "engine/load_answer.hpp"
#include "fuzz/fuzzing.hpp"

#include <utility>

using namespace nixbuild;

// The first byte says how large the pieces are in which the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  const std::string_view answer = fuzzing::text(data + 1, size - 1);
  try {
    const std::string operation = "load the image";
    const engine::LayerProgress nobody;
    engine::LoadAnswer lines(operation, nobody);
    engine::JsonMessages messages([&](const auto& message) { lines.take(message); });
    for (std::size_t at = 0; at < answer.size(); at += piece)
      messages.feed(answer.substr(at, piece));
    messages.finish();
    (void)std::move(lines).finish();
  } catch (const Error& error) {
    fuzzing::require(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::refused ||
                     error.kind() == ErrorKind::no_space);
  }
  return 0;
}
