#include "process/runner.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::process {

namespace {

LineHandler collector(std::string& text, const Command& command, std::size_t limit) {
  return [&text, &command, limit, first = true](std::string_view line) mutable {
    if (!first) text += '\n';
    first = false;
    if (text.size() + line.size() > limit) {
      throw Error(ErrorKind::corrupt,
                  format("'{}' printed more than {}", to_string(command), format_bytes(limit)));
    }
    text += line;
  };
}

} // namespace

Captured capture(Runner& runner, const Command& command, const CancelToken& cancel,
                 std::size_t limit) {
  Captured captured;
  captured.status = runner.run(command, collector(captured.out, command, limit),
                               collector(captured.err, command, limit), cancel);
  return captured;
}

} // namespace nixbuild::process
