#pragma once

#include "http/curl_library.hpp"
#include "http/web.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace nixbuild::http {

// libcurl's handles for one exchange at a time. Its connections stay open in between.
struct CurlLine {
  // Throws an Error of kind internal when there are none to be had. `library` must live longer.
  explicit CurlLine(const CurlLibrary& library);
  CurlLine(const CurlLine&) = delete;
  CurlLine& operator=(const CurlLine&) = delete;
  ~CurlLine();

  const CurlLibrary& curl;
  CURLM* multi;
  CURL* easy;
  std::string origin; // that it spoke to last
};

// "https://host:port" of a URL, as it is written there.
[[nodiscard]] std::string_view origin_of(std::string_view url);

struct IdleLimits {
  std::chrono::milliseconds moving;   // in the midst of a request or an answer
  std::chrono::milliseconds thinking; // between them
};

// As Web::exchange, over `line`, whose handle has its options for trust set and no other.
ResponseHead transfer(const CurlLine& line, const std::string& url, const Request& request,
                      IdleLimits limits, const BodyHandler& on_body, const CancelToken& cancel);

} // namespace nixbuild::http
