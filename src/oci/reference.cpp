#include "oci/reference.hpp"

#include <algorithm>
#include <utility>

namespace nixbuild::oci {

// The grammar is the one at the head of reference.go in github.com/distribution/reference; where
// this file speaks of docker, it means that package's ParseNormalizedNamed.
//   reference      = domain "/" path [ ":" tag ] [ "@" digest ]
//   domain         = ( label *( "." label ) / "[" IPv6 "]" ) [ ":" port ]
//   path           = component *( "/" component )
//   component      = alphanumeric *( separator alphanumeric )
//   separator      = "." / "_" / "__" / 1*"-"
//   tag            = word-character *127( word-character / "." / "-" )

namespace {

constexpr std::string_view default_domain = "docker.io";
constexpr std::string_view official_prefix = "library/";
constexpr std::size_t longest_path = 255;
constexpr std::size_t longest_tag = 128;

constexpr std::string_view bad_format = "invalid reference format";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}
bool is_component_character(char c) {
  return is_digit(c) || is_lower(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <class Predicate>
bool each_part(std::string_view text, char separator, Predicate predicate) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!predicate(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_domain_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
  // A colon is the port's, except inside the brackets of an IPv6 address.
  const std::size_t address_end = domain.starts_with('[') ? domain.find(']') : 0;
  if (address_end == std::string_view::npos) return false;
  const std::size_t colon = domain.find(':', address_end);
  const std::string_view host = domain.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = domain.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
  }
  if (!host.starts_with('[')) return each_part(host, '.', is_domain_label);
  const std::string_view address = host.substr(1, host.size() - 2);
  return host.ends_with(']') && !address.empty() &&
         std::ranges::all_of(address, [](char c) { return is_hex(c) || c == ':'; });
}

bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         std::ranges::all_of(text, [](char c) { return c == '-'; });
}

bool is_path_component(std::string_view component) {
  if (component.empty() || !is_component_character(component.back())) return false;
  while (!component.empty()) {
    const auto word_end = std::ranges::find_if_not(component, is_component_character);
    if (word_end == component.begin()) return false;
    const auto separator_end = std::find_if(word_end, component.end(), is_component_character);
    if (!is_separator(std::string_view(word_end, separator_end))) return false;
    component = std::string_view(separator_end, component.end());
  }
  return true;
}

bool is_tag(std::string_view tag) {
  const auto is_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !tag.empty() && tag.size() <= longest_tag && is_word(tag.front()) &&
         std::ranges::all_of(tag, [&](char c) { return is_word(c) || c == '.' || c == '-'; });
}

// Docker's rule for what is a domain: the part before the first slash, if it could not be the
// first component of a path on Docker Hub.
std::pair<std::string_view, std::string> split_domain(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view first = text.substr(0, slash);
  const bool is_named = slash != std::string_view::npos &&
                        (first == "localhost" || first.find_first_of(".:") != first.npos ||
                         std::ranges::any_of(first, is_upper));
  const std::string_view domain = !is_named || first == "index.docker.io" ? default_domain : first;
  std::string rest(is_named ? text.substr(slash + 1) : text);
  if (domain == default_domain && rest.find('/') == std::string::npos) {
    rest.insert(0, official_prefix);
  }
  return {domain, std::move(rest)};
}

} // namespace

std::expected<Reference, std::string> Reference::parse(std::string_view text) {
  if (text.size() == 64 && Digest::parse("sha256:" + std::string(text))) {
    return std::unexpected("cannot specify 64-byte hexadecimal strings");
  }
  const auto [domain, rest] = split_domain(text);
  const std::string_view path = std::string_view(rest).substr(0, rest.find_first_of(":@"));
  std::string_view suffix = std::string_view(rest).substr(path.size());
  if (std::ranges::any_of(path, is_upper)) {
    return std::unexpected("repository name must be lowercase");
  }
  if (!is_domain(domain) || !each_part(path, '/', is_path_component)) {
    return std::unexpected(std::string(bad_format));
  }
  if (path.size() > longest_path) {
    return std::unexpected("repository name must not be more than 255 characters");
  }

  Reference reference;
  reference.domain_ = domain;
  reference.path_ = path;
  if (suffix.starts_with(':')) {
    const std::string_view tag = suffix.substr(1, suffix.find('@') - 1);
    if (!is_tag(tag)) return std::unexpected(std::string(bad_format));
    reference.tag_ = tag;
    suffix.remove_prefix(1 + tag.size());
  }
  if (suffix.starts_with('@')) {
    const auto digest = Digest::parse(suffix.substr(1));
    if (!digest) return std::unexpected(digest.error());
    reference.digest_ = *digest;
  } else if (reference.tag_.empty()) {
    reference.tag_ = "latest";
  }
  return reference;
}

std::string Reference::repository() const {
  return domain_ + "/" + path_;
}

std::string Reference::familiar_repository() const {
  if (domain_ != default_domain) return repository();
  const bool is_official =
      path_.starts_with(official_prefix) && path_.find('/', official_prefix.size()) == path_.npos;
  std::string familiar = is_official ? path_.substr(official_prefix.size()) : path_;
  // Docker shortens "docker.io/a.b/c" too, and then takes "a.b" for a registry.
  const bool means_the_same = split_domain(familiar) == std::pair(default_domain, path_);
  return means_the_same ? familiar : repository();
}

namespace {

std::string with_suffix(std::string text, const Reference& reference) {
  if (!reference.tag().empty()) text += ":" + reference.tag();
  if (const auto& digest = reference.digest()) text += "@" + digest->str();
  return text;
}

} // namespace

std::string Reference::str() const {
  return with_suffix(repository(), *this);
}
std::string Reference::familiar() const {
  return with_suffix(familiar_repository(), *this);
}

} // namespace nixbuild::oci
