#pragma once

#include "engine/engine.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::engine {

// What the messages of an answer to POST /images/load amount to.
class LoadAnswer {
public:
  explicit LoadAnswer(const Load& load) : load_(load) {}

  void take(const boost::json::value& message);

  // Throws the refusal when one of the messages was one: the first. Returns the lines that were
  // none.
  [[nodiscard]] std::vector<std::string> finish() &&;

private:
  void fail(std::string text);

  const Load& load_;
  std::vector<std::string> lines_;
  std::optional<std::string> failure_;
};

} // namespace nixbuild::engine
