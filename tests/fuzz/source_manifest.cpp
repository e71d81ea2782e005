#include "fuzz/fuzzing.hpp"
#include "source/source_tree.hpp"
#include "source/tree_facts.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzzing::text(data, size);
  // Nothing is made of more than came.
  fuzzing::expect_corrupt_at_worst(
      [&] { fuzzing::require(source::to_manifest(source::parse_manifest(text)).size() <= size); });
  fuzzing::expect_corrupt_at_worst([&] { (void)source::parse_tree_facts(text); });
  return 0;
}
