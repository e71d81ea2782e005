#pragma once

#include "fakes/fake_web.hpp"
#include "memory_registry.hpp"
#include "registry/open_repository.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nixbuild::registry::testing {

// A repository of a registry in memory, and a clock that only pauses move.
struct RepositoryFixture {
  MemoryRegistry memory;
  // May answer in place of the registry.
  std::function<std::optional<fakes::WebReply>(const fakes::WebRequest&)> before;
  fakes::FakeWeb web{[this](const fakes::WebRequest& request) {
    if (before) {
      if (auto reply = before(request)) return *reply;
    }
    return memory(request);
  }};
  std::vector<std::chrono::milliseconds> pauses;
  std::chrono::system_clock::time_point now =
      std::chrono::sys_days(std::chrono::year(2026) / std::chrono::November / 29);
  Credentials credentials;
  Settings settings;
  std::string name = "registry.example/team/app:v1";
  std::size_t piece_size = 10;

  Patience patience() {
    return {.pause =
                [this](std::chrono::milliseconds pause, const CancelToken& cancel) {
                  cancel.throw_if_cancelled();
                  pauses.push_back(pause);
                  now += pause;
                },
            .jitter = [] { return 0.0; },
            .now = [this] { return now; }};
  }

  std::unique_ptr<Repository> open() {
    return open_repository(web, *oci::Reference::parse(name), credentials, settings,
                           {.patience = patience(), .piece_size = piece_size});
  }

  std::vector<std::string> calls() const {
    std::vector<std::string> calls;
    for (const auto& request : web.requests())
      calls.push_back(request.method + " " + request.url);
    return calls;
  }
};

// Writes `text` in pieces of `piece` bytes.
inline BlobWriter writer_of(std::string text, std::size_t piece = 7) {
  return [text = std::move(text), piece](archive::Sink& sink) {
    for (std::size_t i = 0; i < text.size(); i += piece)
      sink.write(std::as_bytes(std::span(text)).subspan(i, std::min(piece, text.size() - i)));
  };
}

inline std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>('a' + i % 26);
  return text;
}

template <class Operation>
void check_error(Operation operation, ErrorKind kind, const std::string& part = {}) {
  BOOST_CHECK_EXCEPTION(operation(), Error, [&](const Error& error) {
    const std::string all = error.message() + "\n" + error.detail() + "\n" + error.hint();
    BOOST_TEST_MESSAGE(all);
    return error.kind() == kind && all.find(part) != std::string::npos;
  });
}

} // namespace nixbuild::registry::testing
