#include "pipeline/build_report.hpp"

#include <iterator>
#include <utility>

namespace nixbuild::pipeline {

namespace {

template <class Item>
void append(std::vector<Item>& list, std::vector<Item> more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

} // namespace

void add(BuildReport& report, BuildReport more) {
  append(report.images, std::move(more.images));
  append(report.pushed, std::move(more.pushed));
  append(report.validated, std::move(more.validated));
  append(report.written, std::move(more.written));
}

} // namespace nixbuild::pipeline
