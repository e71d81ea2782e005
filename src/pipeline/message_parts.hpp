#pragma once

#include "engine/engine.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/json/fwd.hpp>

#include <exception>
#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the messages between us and our agent (JSON) have in common. Readers throw whatever
// std::exception fits for a value of another type; it is reading() that makes an Error of it.
namespace nixbuild::pipeline {

// What `read` gives. What it throws becomes an Error of kind corrupt, which calls what is read
// `what`.
template <class Read>
auto reading(std::string_view what, Read&& read) {
  try {
    return std::forward<Read>(read)();
  } catch (const std::exception& problem) {
    throw Error(ErrorKind::corrupt, format("cannot read the {}: {}", what, problem.what()));
  }
}

// A whole message. Texts are what programs printed and files are called: bytes that are no UTF-8
// are passed on.
[[nodiscard]] boost::json::object object_in(std::string_view message);

// What std::expected has, or an exception.
template <class Value>
Value checked(std::expected<Value, std::string> parsed) {
  if (!parsed) throw std::runtime_error(parsed.error());
  return *std::move(parsed);
}

[[nodiscard]] boost::json::value text_or_null(const std::optional<std::string>& text);
[[nodiscard]] boost::json::array array_of(const std::vector<std::string>& texts);
[[nodiscard]] boost::json::array array_of(const std::vector<oci::Reference>& references);
[[nodiscard]] boost::json::array array_of(const std::vector<oci::Platform>& platforms);
[[nodiscard]] boost::json::object object_of(const engine::Facts& facts);

[[nodiscard]] std::string text(const boost::json::value& value);
[[nodiscard]] std::optional<std::string> optional_text(const boost::json::value& value);
[[nodiscard]] std::vector<std::string> texts(const boost::json::value& value);
[[nodiscard]] std::vector<oci::Reference> references(const boost::json::value& value);
[[nodiscard]] std::vector<oci::Platform> platforms(const boost::json::value& value);
[[nodiscard]] engine::Facts engine_facts(const boost::json::object& object);

} // namespace nixbuild::pipeline
