#pragma once

#include "engine/engine.hpp"
#include "http/client.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace nixbuild::engine {

// What an engine says of images that it has taken, fetched or pushed.
struct Said {
  std::vector<std::string> lines; // for people
  std::string pushed_digest;      // of an image as its registry has it now; empty when not said
};

// What the messages of an answer to POST /images/load, /images/create or /images/NAME/push amount
// to.
class LoadAnswer {
public:
  // `operation` is for the refusal: "load the image". Both must live longer.
  LoadAnswer(const std::string& operation, const LayerProgress& on_layer)
      : operation_(operation)
      , on_layer_(on_layer) {}

  void take(const boost::json::value& message);

  // Throws the refusal when one of the messages was one: the first.
  [[nodiscard]] Said finish() &&;

private:
  void fail(std::string text);

  const std::string& operation_;
  const LayerProgress& on_layer_;
  Said said_;
  std::optional<std::string> failure_;
};

// Sends `request` and reads its answer as LoadAnswer does, to its end.
Said exchange_images(http::Client& client, const http::Request& request,
                     const std::string& operation, const LayerProgress& on_layer,
                     const CancelToken& cancel);

} // namespace nixbuild::engine
