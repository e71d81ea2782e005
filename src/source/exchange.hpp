#pragma once

#include "archive/stream.hpp"
#include "oci/digest.hpp"
#include "source/local_flake.hpp"
#include "source/source_cache.hpp"
#include "source/source_tree.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// How a source tree gets to another machine: that machine is told the digest of the tree's
// manifest, and asks for what it does not have. A tree that is there costs no question at all.
//   "manifest TREE"              → the manifest
//   "contents TREE ENTRY ENTRY…" → those entries' contents, as data
// where TREE and ENTRY are indexes.
namespace nixbuild::source {

// The end that has the files.
class SourceOffer {
public:
  // Gives the index of the tree.
  std::size_t add(LocalFlake flake, const SourceTree& tree);

  [[nodiscard]] const oci::Digest& manifest_digest(std::size_t index) const;

  // Answers a question; contents go to `data`. Throws an Error: corrupt for what is no question
  // about these trees, and for a file that has become shorter.
  [[nodiscard]] std::string answer(std::string_view question, archive::Sink& data) const;

private:
  struct Offered {
    LocalFlake flake;
    SourceTree tree;
    std::string manifest;
    oci::Digest digest;
  };
  std::vector<Offered> offered_;
};

// Puts a question and returns the answer; data that comes with it goes to the sink.
using Ask = std::function<std::string(const std::string& question, archive::Sink& data)>;

// The end that wants the files: the folder of the tree `index`, whose manifest has `digest`, in
// `cache`. Throws an Error of kind corrupt when what comes is something else.
[[nodiscard]] std::filesystem::path fetch_source(std::size_t index, const oci::Digest& digest,
                                                 const SourceCache& cache, const Ask& ask);

} // namespace nixbuild::source
