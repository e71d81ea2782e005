#include "source/exchange.hpp"

#include "source/content.hpp"
#include "source/declared_submodules.hpp"
#include "source/take_word.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"

#include <charconv>
#include <future>
#include <span>
#include <utility>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view send_word = "send";
constexpr std::string_view list_word = "list";
constexpr std::string_view pieces_word = "pieces";
constexpr std::string_view contents_word = "contents";

class Nowhere final : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override {
    if (!data.empty()) throw Error(ErrorKind::corrupt, "data came that nobody asked for");
  }
};

// Takes an index below `end`.
std::size_t take_index(std::string_view& text, std::size_t end) {
  const std::string_view word = take_word(text);
  std::size_t index = 0;
  const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (problem != std::errc{} || stop != word.data() + word.size() || index >= end) {
    throw Error(ErrorKind::corrupt, format("'{}' is no index of a source file", word));
  }
  return index;
}

void refuse_other_revision(const LocalFlake& flake) {
  if (!flake.other_revision) return;
  throw Error(ErrorKind::invalid_input,
              format("'{}' names a revision of a repository on this machine, which the machine "
                     "that builds does not see",
                     flake.reference))
      .with_hint("Check it out and name its folder, or push it and name it by its URL.");
}

bool flake_declares_submodules(const LocalFlake& flake) {
  try {
    return declares_submodules(read_file(flake.root / flake.subfolder / "flake.nix"));
  } catch (const Error&) {
    return false; // Nix will say what is wrong with it
  }
}

} // namespace

std::size_t SourceOffer::add(LocalFlake flake) {
  auto mark = PlaceMark::put(flake);
  offered_.push_back(
      {.flake = std::move(flake), .mark = std::move(mark), .tree = {}, .manifest = {}});
  return offered_.size() - 1;
}

std::optional<fs::path> SourceOffer::mark(std::size_t index) const {
  const std::optional<PlaceMark>& mark = offered_.at(index).mark;
  return mark ? std::optional(mark->path()) : std::nullopt;
}

// Reads the tree; git tells its facts meanwhile.
std::string SourceOffer::announce(Offered& offered) {
  LocalFlake& flake = offered.flake;
  refuse_other_revision(flake);
  if (flake.kind == LocalFlake::Kind::git && !flake.submodules) {
    flake.submodules = flake_declares_submodules(flake);
  }
  auto facts =
      std::async(std::launch::async, [&] { return read_tree_facts(flake, runner_, cancel_); });
  offered.tree = read_source_tree(flake, runner_, cancel_);
  offered.manifest = split_manifest(offered.tree);
  const oci::Digest list = oci::Digest::of(to_manifest(offered.manifest.list));
  return format("{} {}\n", list.hex(), to_text(facts.get()));
}

std::string SourceOffer::answer_send(std::string_view indexes) {
  for (Offered& offered : offered_)
    offered.mark.reset();
  std::string answer;
  while (!indexes.empty())
    answer += announce(offered_[take_index(indexes, offered_.size())]);
  return answer;
}

std::string SourceOffer::answer(std::string_view question, archive::Sink& data) {
  const std::string_view what = take_word(question);
  if (what == send_word) return answer_send(question);
  const Offered& offered = offered_[take_index(question, offered_.size())];
  if (what == list_word) return to_manifest(offered.manifest.list);
  if (what != pieces_word && what != contents_word) {
    throw Error(ErrorKind::corrupt, format("'{}' is no question about source files", what));
  }
  while (!question.empty()) {
    if (what == pieces_word) {
      const auto& pieces = offered.manifest.pieces;
      data.write(std::as_bytes(std::span(pieces[take_index(question, pieces.size())])));
    } else {
      const auto& entries = offered.tree.entries;
      write_content(offered.flake.root, entries[take_index(question, entries.size())], data);
    }
  }
  return {};
}

namespace {

std::string with_indexes(std::string_view words, const std::vector<std::size_t>& indexes) {
  std::string question(words);
  for (const std::size_t index : indexes)
    question += format(" {}", index);
  return question;
}

// "HEX-OF-LIST FACTS", with the line's end.
AnnouncedTree take_announcement(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  auto digest = oci::Digest::parse(format("sha256:{}", take_word(line)));
  if (!digest) throw Error(ErrorKind::corrupt, digest.error());
  return {.list = *std::move(digest), .facts = parse_tree_facts(line)};
}

// Brings the contents of the entries of `tree` that are not in `cache`.
void fetch_missing(std::string_view words, const SourceTree& tree, const SourceCache& cache,
                   const Ask& ask) {
  const std::vector<std::size_t> missing = cache.missing(tree);
  if (missing.empty()) return;
  SourceCache::Receiver receiver = cache.receiver(tree, missing);
  (void)ask(with_indexes(words, missing), receiver);
  receiver.finish();
}

} // namespace

std::vector<AnnouncedTree> ask_for_trees(const std::vector<std::size_t>& indexes, const Ask& ask) {
  Nowhere nowhere;
  const std::string answer = ask(with_indexes(send_word, indexes), nowhere);
  std::string_view rest = answer;
  std::vector<AnnouncedTree> trees;
  while (!rest.empty())
    trees.push_back(take_announcement(rest));
  if (trees.size() != indexes.size()) {
    throw Error(ErrorKind::corrupt, format("the client told of {} source trees, not of {}",
                                           trees.size(), indexes.size()));
  }
  return trees;
}

fs::path fetch_source(std::size_t index, const oci::Digest& list_digest, const SourceCache& cache,
                      const Ask& ask) {
  if (const auto tree = cache.find(list_digest)) return *tree;
  Nowhere nowhere;
  const std::string list_text = ask(format("{} {}", list_word, index), nowhere);
  if (oci::Digest::of(list_text) != list_digest) {
    throw Error(ErrorKind::corrupt, "the list of source files is not the one that was announced");
  }
  const SourceTree list = parse_manifest(list_text);
  fetch_missing(format("{} {}", pieces_word, index), list, cache, ask);
  std::string manifest;
  for (const SourceEntry& piece : list.entries)
    manifest += cache.content(piece);
  const SourceTree tree = parse_manifest(manifest);
  fetch_missing(format("{} {}", contents_word, index), tree, cache, ask);
  return cache.assemble(list, tree);
}

} // namespace nixbuild::source
