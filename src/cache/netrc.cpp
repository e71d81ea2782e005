#include "cache/netrc.hpp"

#include "cache/cache_name.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <vector>

namespace nixbuild::cache {

namespace {

// The words of a netrc file: quotes and backslashes mean what they mean to curl.
class Words {
public:
  explicit Words(std::string_view text) : text_(text) {}

  std::optional<std::string> next() {
    for (;;) {
      while (!text_.empty() && is_space(text_.front()))
        text_.remove_prefix(1);
      if (text_.empty()) return std::nullopt;
      if (text_.front() != '#') break;
      skip_line();
    }
    return text_.front() == '"' ? quoted() : plain();
  }

  // A macro ends with an empty line.
  void skip_macro() {
    const std::size_t end = text_.find("\n\n");
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 2);
  }

private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  void skip_line() { text_.remove_prefix(std::min(text_.find('\n'), text_.size())); }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n"), text_.size());
    std::string word(text_.substr(0, end));
    text_.remove_prefix(end);
    return word;
  }

  std::string quoted() {
    std::string word;
    text_.remove_prefix(1);
    while (!text_.empty() && text_.front() != '"') {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == '\\' && !text_.empty()) {
        c = text_.front();
        text_.remove_prefix(1);
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
      word += c;
    }
    if (!text_.empty()) text_.remove_prefix(1);
    return word;
  }

  std::string_view text_;
};

// As a word that is read as `text` again.
std::string as_word(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \t\r\n\"\\#") == std::string_view::npos)
    return std::string(text);
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  return word + '"';
}

} // namespace

std::optional<NetrcLogin> find_in_netrc(std::string_view text, std::string_view machine) {
  Words words(text);
  std::optional<NetrcLogin> found;
  bool is_ours = false;
  while (const auto word = words.next()) {
    if (*word == "machine") {
      if (found) return found;
      is_ours = words.next() == machine;
    } else if (*word == "default") {
      if (found) return found;
      is_ours = true;
    } else if (*word == "macdef") {
      words.skip_macro();
      continue;
    } else if (*word == "login" || *word == "password" || *word == "account") {
      const auto value = words.next();
      if (!value || !is_ours) continue;
      if (*word == "login") found->login = *value;
      if (*word == "password") found->password = *value;
      continue;
    }
    if (is_ours && !found) found.emplace();
  }
  return found;
}

std::string netrc_line(std::string_view machine, const NetrcLogin& login) {
  std::string line = format("machine {}", machine);
  if (!login.login.empty()) line += format(" login {}", as_word(login.login));
  return line + format(" password {}\n", as_word(login.password));
}

std::string host_of(std::string_view url) {
  const std::string address = without_login(url);
  const std::size_t scheme = address.find("://");
  if (scheme == std::string::npos) return {};
  const std::string_view rest = std::string_view(address).substr(scheme + 3);
  if (rest.starts_with('[')) return std::string(rest.substr(0, rest.find(']') + 1));
  return std::string(rest.substr(0, rest.find_first_of(":/?#")));
}

} // namespace nixbuild::cache
