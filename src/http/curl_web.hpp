#pragma once

#include "http/web.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace nixbuild::http {

struct CurlSettings {
  // PEM file that takes the place of the system's certificate authorities.
  std::optional<std::filesystem::path> authorities = {};
  // How long a server may be silent in the midst of an exchange; five times that while it thinks
  // about a request that changes something.
  std::chrono::milliseconds idle_limit = std::chrono::seconds(60);
};

// The Web of libcurl.
[[nodiscard]] std::unique_ptr<Web> curl_web(CurlSettings settings = {});

} // namespace nixbuild::http
