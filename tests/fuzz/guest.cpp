#include "fuzz/fuzzing.hpp"
#include "support/error.hpp"
#include "vm/machines.hpp"
#include "vm/probe.hpp"
#include "vm/settings.hpp"
#include "vm/setup_plan.hpp"

#include <algorithm>

using namespace nixbuild;

namespace {

void plan_for(const vm::Guest& guest) {
  const std::string settings = vm::settings_for(guest);
  fuzzing::require(std::ranges::count(settings, '\n') <= 12); // none are the guest's own
  try {
    (void)vm::plan_setup(guest, {.persist = true});
    (void)vm::plan_setup(guest, {});
  } catch (const Error&) {
    // some guests cannot be helped
  }
  (void)vm::plan_removal(guest);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzzing::text(data, size);
  fuzzing::expect_corrupt_at_worst([&] { plan_for(vm::parse_probe(text)); });
  (void)vm::parse_lima_list(text);
  return 0;
}
