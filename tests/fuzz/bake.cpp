#include "bake/definition.hpp"
#include "bake/listing.hpp"
#include "bake/resolve.hpp"
#include "fuzz/fuzzing.hpp"
#include "support/error.hpp"

#include <string>

using namespace nixbuild;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text(data, size);
  try {
    const bake::Definition definition =
        bake::read_files({{.name = "fuzzed.json", .content = std::string(text)}}, Environment());
    (void)bake::listed(definition);
    const std::string printed = bake::printed(bake::resolve(definition, {}, {}));
    // What is printed is a definition of the same, unless it has what would be a variable: buildx
    // does not write that as it is read either.
    if (printed.contains("${")) return 0;
    const bake::Definition again =
        bake::read_files({{.name = "printed.json", .content = printed}}, Environment());
    fuzzing::require(bake::printed(bake::resolve(again, {}, {})) == printed);
  } catch (const Error& error) {
    fuzzing::require(error.kind() == ErrorKind::invalid_input);
  }
  return 0;
}
