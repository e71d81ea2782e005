#include "doctor/machine_list.hpp"

#include <algorithm>
#include <sstream>

namespace nixbuild::doctor {

namespace {

// HOST, HOST:PORT or [IPv6]:PORT of a store's URI.
std::string_view authority_of(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme != std::string_view::npos) uri.remove_prefix(scheme + 3);
  uri = uri.substr(0, uri.find_first_of("/?"));
  const std::size_t at = uri.rfind('@');
  return at == std::string_view::npos ? uri : uri.substr(at + 1);
}

// Where the colon of the port is; npos without one.
std::size_t colon_of(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return colon;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

} // namespace

std::string RemoteMachine::host() const {
  std::string_view host = authority_of(uri);
  host = host.substr(0, colon_of(host));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

std::optional<std::string> RemoteMachine::port() const {
  const std::string_view authority = authority_of(uri);
  const std::size_t colon = colon_of(authority);
  if (colon == std::string_view::npos) return std::nullopt;
  return std::string(authority.substr(colon + 1));
}

std::vector<RemoteMachine> parse_machine_list(std::string_view text) {
  std::string lines(text);
  std::ranges::replace(lines, ';', '\n');
  std::vector<RemoteMachine> machines;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::vector<std::string> fields;
    for (std::string word; words >> word;)
      fields.push_back(word == "-" ? "" : word);
    if (fields.empty() || fields.front().starts_with('@')) continue;
    fields.resize(std::max<std::size_t>(fields.size(), 8));
    machines.push_back({.uri = fields[0],
                        .systems = split(fields[1], ','),
                        .key = fields[2],
                        .host_key = !fields[7].empty()});
  }
  return machines;
}

} // namespace nixbuild::doctor
