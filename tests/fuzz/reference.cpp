#include "oci/reference.hpp"

#include "fuzz/fuzzing.hpp"
#include "oci/platform.hpp"

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzzing::text(data, size);
  if (const auto reference = oci::Reference::parse(text)) {
    // Both of its forms mean the same as what was parsed.
    fuzzing::require(oci::Reference::parse(reference->str()) == reference);
    fuzzing::require(oci::Reference::parse(reference->familiar()) == reference);
  }
  if (const auto platform = oci::Platform::parse(text)) {
    fuzzing::require(oci::Platform::parse(platform->str()) == platform);
  }
  return 0;
}
