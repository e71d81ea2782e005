#include "registry/errors.hpp"

#include "registry/retry.hpp"
#include "support/format.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace nixbuild::registry {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_words = 2000;

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  return json::serialize(*value);
}

// Control characters would reach the terminal.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text.substr(0, longest_words)) {
    const auto code = static_cast<unsigned char>(c);
    clean += (code < 0x20 && c != '\n') || code == 0x7f ? ' ' : c;
  }
  const std::size_t end = clean.find_last_not_of(" \n");
  clean.resize(end == std::string::npos ? 0 : end + 1);
  return clean;
}

bool is_page(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '<';
}

bool says(const std::vector<Complaint>& complaints, std::string_view code) {
  return std::ranges::find(complaints, code, &Complaint::code) != complaints.end();
}

std::string hint_for(int status, const std::vector<Complaint>& complaints,
                     const std::string& domain) {
  if (status == 401 || status == 403 || says(complaints, "UNAUTHORIZED") ||
      says(complaints, "DENIED"))
    return login_hint(domain);
  if (says(complaints, "MANIFEST_BLOB_UNKNOWN") || says(complaints, "BLOB_UNKNOWN"))
    return "the registry lost a part of the image that it had a moment ago: push again";
  if (status == 404 || says(complaints, "NAME_UNKNOWN"))
    return "check the name; some registries want a repository to be created before it is used";
  if (status == 429) return "the registry limits how often it is asked: wait a while";
  if (status == 413) return "the registry, or a proxy before it, limits how large a part may be";
  if (is_passing(status)) return "try again later";
  return {};
}

} // namespace

std::vector<Complaint> parse_complaints(std::string_view body) {
  boost::system::error_code error;
  const json::value document = json::parse(body, error);
  if (error || !document.is_object()) return {};
  const json::value* list = document.get_object().if_contains("errors");
  std::vector<Complaint> complaints;
  if (list == nullptr || !list->is_array()) return {};
  for (const json::value& entry : list->get_array()) {
    if (!entry.is_object()) continue;
    const json::object& complaint = entry.get_object();
    complaints.push_back({.code = text_of(complaint, "code"),
                          .message = text_of(complaint, "message"),
                          .detail = text_of(complaint, "detail")});
  }
  return complaints;
}

std::string words_of(std::string_view body) {
  const std::vector<Complaint> complaints = parse_complaints(body);
  if (complaints.empty()) return is_page(body) ? std::string() : printable(body);
  std::string words;
  for (const Complaint& complaint : complaints) {
    if (!words.empty()) words += '\n';
    words += complaint.code;
    if (!complaint.message.empty()) words += ": " + complaint.message;
    if (!complaint.detail.empty() && complaint.detail != "{}") words += " " + complaint.detail;
  }
  return printable(words);
}

std::string login_hint(const std::string& domain) {
  const std::string command = domain == "docker.io" ? "docker login" : "docker login " + domain;
  return format("log in with `{}` as somebody who may do that", command);
}

Error refusal(std::string_view what, const std::string& domain, const http::Response& answer) {
  const int status = answer.head.status;
  const std::vector<Complaint> complaints = parse_complaints(answer.body);
  ErrorKind kind = ErrorKind::refused;
  if (is_passing(status)) kind = ErrorKind::unavailable;
  if (says(complaints, "DIGEST_INVALID")) kind = ErrorKind::corrupt;
  return Error(kind, format("cannot {}: {} answered with status {}", what, domain, status))
      .with_detail(words_of(answer.body))
      .with_hint(hint_for(status, complaints, domain));
}

} // namespace nixbuild::registry
