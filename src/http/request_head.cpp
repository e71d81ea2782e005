#include "http/request_head.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>

namespace nixbuild::http {

namespace {

bool is_visible(char c) {
  return c > ' ' && c != '\x7f';
}

bool is_token_character(char c) {
  constexpr std::string_view separators = "()<>@,;:\\\"/[]?={} \t";
  return is_visible(c) && c > 0 && separators.find(c) == std::string_view::npos;
}

bool is_value_character(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

void require(bool acceptable, std::string_view what, std::string_view text) {
  if (acceptable) return;
  throw Error(ErrorKind::invalid_input, format("\"{}\" cannot be the {} of a request", text, what));
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_value(std::string_view text) {
  return std::ranges::all_of(text, is_value_character);
}

// Requests that usually have a body say so even when it is empty.
bool has_length(const Request& request) {
  return request.stream || !request.body.empty() || request.method == "POST" ||
         request.method == "PUT";
}

} // namespace

std::string request_head(const Request& request, std::string_view host) {
  require(is_token(request.method), "method", request.method);
  require(request.target.starts_with('/') && std::ranges::all_of(request.target, is_visible),
          "path", request.target);
  require(is_value(host), "host", host);

  std::string head = format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target, host);
  for (const auto& [name, value] : request.headers) {
    require(is_token(name), "name of a header", name);
    require(is_value(value), "value of a header", value);
    head += format("{}: {}\r\n", name, value);
  }
  if (has_length(request)) {
    head += format("Content-Length: {}\r\n",
                   request.stream ? request.stream_size : request.body.size());
  }
  return head += "\r\n";
}

} // namespace nixbuild::http
