#include "plugin/man_page.hpp"

#include <iostream>

// Run by the build: prints docker-nixbuild.1.
int main() {
  std::cout << nixbuild::plugin::man_page() << std::flush;
  return std::cout ? 0 : 1;
}
