#pragma once

#include "devcontainer/check.hpp"

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::devcontainer {

// Where a setting comes from.
struct Part {
  std::string name; // "devcontainer.json", "the image's label"
  const boost::json::object* content;
};

// All that the tools merge: entries of the image's label, local features, and the configuration
// (containers.dev/implementors/reference, "Image Metadata", "Merge Logic").
class MergedConfiguration {
public:
  explicit MergedConfiguration(const Seen& seen);

  // In the order in which they are merged.
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  // Of switches that nobody can turn off again: who turns it on; nullptr when nobody does.
  [[nodiscard]] const Part* who_turns_on(std::string_view key) const;
  // Of what the last one says; nullptr when nobody says anything.
  [[nodiscard]] const boost::json::value* last(std::string_view key) const;
  // Whether a text of a list, in any part, holds `text`.
  [[nodiscard]] bool any_holds(std::string_view key, std::string_view text) const;
  // Why the image's label is none; empty when it is sound or not there.
  [[nodiscard]] const std::string& label_problem() const { return label_problem_; }
  [[nodiscard]] bool has_label() const { return has_label_; }

private:
  void add_label(const std::string& text);

  std::vector<Part> parts_;
  std::vector<std::shared_ptr<const boost::json::value>> owned_;
  std::string label_problem_;
  bool has_label_ = false;
};

} // namespace nixbuild::devcontainer
