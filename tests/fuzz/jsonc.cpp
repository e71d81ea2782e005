#include "devcontainer/jsonc.hpp"

#include "fuzz/fuzzing.hpp"

#include <boost/json/value.hpp>

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text(data, size);
  const std::string plain = devcontainer::without_comments(text);
  fuzzing::require(plain.size() == text.size()); // places are those of the text
  fuzzing::expect_corrupt_at_worst([&] { (void)devcontainer::parse_jsonc(text, "jsonc"); });
  return 0;
}
