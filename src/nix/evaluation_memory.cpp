#include "nix/evaluation_memory.hpp"

#include "nix/store_path.hpp"
#include "oci/digest.hpp"

#include <boost/json.hpp>

#include <array>
#include <system_error>
#include <utility>

namespace nixbuild::nix {

namespace json = boost::json;

namespace {

using Member = std::pair<const char*, std::string Evaluation::*>;

constexpr std::array members{
    Member{"attribute", &Evaluation::attribute},
    Member{"derivation", &Evaluation::derivation},
    Member{"output", &Evaluation::output},
    Member{"system", &Evaluation::system},
    Member{"imageName", &Evaluation::image_name},
    Member{"imageTag", &Evaluation::image_tag},
    Member{"conf", &Evaluation::conf},
    Member{"package", &Evaluation::package},
    Member{"mainProgram", &Evaluation::main_program},
};
static_assert(sizeof(Evaluation) == members.size() * sizeof(std::string));

std::string key_of(const std::string& identity) {
  return std::string(oci::Digest::of(identity).hex());
}

bool is_there(const std::string& derivation) {
  std::error_code error;
  return is_store_path(derivation) && std::filesystem::is_regular_file(derivation, error);
}

std::optional<Evaluation> parse(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  Evaluation evaluation;
  for (const auto& [name, member] : members) {
    const json::value* found = value.get_object().if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    evaluation.*member = found->get_string();
  }
  return evaluation;
}

std::optional<Evaluation> parse_if_there(const std::string& text) {
  auto evaluation = parse(text);
  if (!evaluation || !is_there(evaluation->derivation)) return std::nullopt;
  if (!evaluation->conf.empty() && !is_there(evaluation->conf)) return std::nullopt;
  return evaluation;
}

} // namespace

std::optional<Evaluation> EvaluationMemory::find(const std::string& identity) const {
  const auto text = facts_.find(key_of(identity));
  return text ? parse_if_there(*text) : std::nullopt;
}

void EvaluationMemory::remember(const std::string& identity, const Evaluation& evaluation) {
  json::object object;
  for (const auto& [name, member] : members)
    object[name] = evaluation.*member;
  facts_.remember(key_of(identity), json::serialize(object));
}

FactFile::Excess EvaluationMemory::prune(std::size_t most) {
  return facts_.prune(most, [](const std::string& value) { return !parse_if_there(value); });
}

} // namespace nixbuild::nix
