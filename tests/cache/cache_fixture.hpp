#pragma once

#include "fakes/fake_web.hpp"
#include "registry/retry.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::cache::testing {

// Tries often, and never waits.
inline registry::Patience patience() {
  return {.pause = [](auto, const CancelToken& cancel) { cancel.throw_if_cancelled(); },
          .jitter = [] { return 0.0; },
          .now = [] { return std::chrono::system_clock::time_point(); }};
}

inline std::string store_path(char letter, std::string_view name) {
  return format("/nix/store/{}-{}", std::string(32, letter), name);
}

inline std::string nar_info(const std::string& path, std::uint64_t size,
                            const std::vector<std::string>& references = {}) {
  std::string text = format("StorePath: {}\nURL: nar/x.nar.xz\nCompression: xz\nFileSize: {}\n"
                            "NarHash: sha256:x\nNarSize: {}\nReferences:",
                            path, size / 2, size);
  for (const std::string& reference : references)
    text += " " + reference.substr(reference.rfind('/') + 1);
  return text + "\nSig: key:c2ln\n";
}

// Files by URL; everything else is not there.
struct WebFiles {
  std::map<std::string, fakes::WebReply> files;
  fakes::FakeWeb web{[this](const fakes::WebRequest& request) {
    const auto found = files.find(request.url);
    return found == files.end() ? fakes::WebReply{.status = 404} : found->second;
  }};

  void add_cache(const std::string& url) {
    files[url + "/nix-cache-info"] = {.body = "StoreDir: /nix/store\nPriority: 30\n"};
  }
  void add_path(const std::string& url, const std::string& path, std::uint64_t size,
                const std::vector<std::string>& references = {}) {
    files[format("{}/{}.narinfo", url, path.substr(11, 32))] = {
        .body = nar_info(path, size, references)};
  }
};

template <class Operation>
void check_error(Operation operation, ErrorKind kind, const std::string& part = {}) {
  BOOST_CHECK_EXCEPTION(operation(), Error, [&](const Error& error) {
    BOOST_TEST((error.kind() == kind));
    BOOST_TEST_CONTEXT(error.message()) {
      BOOST_TEST(error.message().contains(part));
    }
    return true;
  });
}

} // namespace nixbuild::cache::testing
