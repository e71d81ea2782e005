#pragma once

#include "archive/stream.hpp"
#include "oci/digest.hpp"
#include "process/runner.hpp"
#include "source/local_flake.hpp"
#include "source/place_mark.hpp"
#include "source/source_cache.hpp"
#include "source/source_tree.hpp"
#include "source/split_manifest.hpp"
#include "source/tree_facts.hpp"
#include "support/cancel.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How source trees get to another machine. That machine first says which of the flakes it does not
// see itself, and learns for each what stands for its tree: the digest of its list
// (split_manifest.hpp). Of a tree that it does not have it asks for what it lacks:
//   "send FLAKE FLAKE…"        → a line "HEX-OF-LIST FACTS" for each (tree_facts.hpp)
//   "list FLAKE"               → the list
//   "pieces FLAKE N N…"        → those pieces of the manifest, as data
//   "contents FLAKE N N…"      → those entries' contents, as data
// where all but the words are indexes. So a tree that is there costs one question.
namespace nixbuild::source {

// The end that has the files.
class SourceOffer {
public:
  SourceOffer(process::Runner& runner, CancelToken cancel)
      : runner_(runner)
      , cancel_(std::move(cancel)) {}

  // Gives the index of the flake, of which nothing is read yet; marks its place.
  std::size_t add(LocalFlake flake);

  // The mark that only who sees the same folder can find; nothing when none could be made.
  [[nodiscard]] std::optional<std::filesystem::path> mark(std::size_t index) const;

  // Answers a question; contents go to `data`. All marks are gone before "send" is answered.
  // Throws an Error: corrupt for what is no question about these flakes, and for a file that has
  // become shorter; invalid_input for a flake of another revision, which cannot be sent; and as
  // read_source_tree and read_tree_facts do.
  [[nodiscard]] std::string answer(std::string_view question, archive::Sink& data);

private:
  struct Offered {
    LocalFlake flake;
    std::optional<PlaceMark> mark;
    SourceTree tree;
    SplitManifest manifest;
  };

  [[nodiscard]] std::string announce(Offered& offered);
  [[nodiscard]] std::string answer_send(std::string_view indexes);

  process::Runner& runner_;
  CancelToken cancel_;
  std::vector<Offered> offered_;
};

// Puts a question and returns the answer; data that comes with it goes to the sink.
using Ask = std::function<std::string(const std::string& question, archive::Sink& data)>;

// The end that wants the files.

struct AnnouncedTree {
  oci::Digest list;
  TreeFacts facts;
};

// Asks what the trees of the flakes `indexes` are, in their order; also when there are none. Throws
// an Error of kind corrupt when the answer is not understood.
[[nodiscard]] std::vector<AnnouncedTree> ask_for_trees(const std::vector<std::size_t>& indexes,
                                                       const Ask& ask);

// The folder, in `cache`, of the tree of the flake `index`, whose list has the digest `list`.
// Throws an Error of kind corrupt when what comes is something else.
[[nodiscard]] std::filesystem::path fetch_source(std::size_t index, const oci::Digest& list,
                                                 const SourceCache& cache, const Ask& ask);

} // namespace nixbuild::source
