#include "source/exchange.hpp"

#include "source/content.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <charconv>
#include <span>
#include <utility>

namespace nixbuild::source {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view manifest_word = "manifest";
constexpr std::string_view contents_word = "contents";

class Nowhere final : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override {
    if (!data.empty()) throw Error(ErrorKind::corrupt, "data came that nobody asked for");
  }
};

// Takes a word and the space behind it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::size_t take_index(std::string_view& text, std::size_t end) {
  const std::string_view word = take_word(text);
  std::size_t index = 0;
  const auto [stop, problem] = std::from_chars(word.data(), word.data() + word.size(), index);
  if (problem != std::errc{} || stop != word.data() + word.size() || index >= end) {
    throw Error(ErrorKind::corrupt, format("'{}' is no index of a source file", word));
  }
  return index;
}

} // namespace

std::size_t SourceOffer::add(LocalFlake flake, const SourceTree& tree) {
  std::string manifest = to_manifest(tree);
  oci::Digest digest = oci::Digest::of(manifest);
  offered_.push_back({.flake = std::move(flake),
                      .tree = tree,
                      .manifest = std::move(manifest),
                      .digest = std::move(digest)});
  return offered_.size() - 1;
}

const oci::Digest& SourceOffer::manifest_digest(std::size_t index) const {
  return offered_.at(index).digest;
}

std::string SourceOffer::answer(std::string_view question, archive::Sink& data) const {
  const std::string_view what = take_word(question);
  const Offered& offered = offered_[take_index(question, offered_.size())];
  if (what == manifest_word) return offered.manifest;
  if (what != contents_word) {
    throw Error(ErrorKind::corrupt, format("'{}' is no question about source files", what));
  }
  while (!question.empty()) {
    const std::size_t entry = take_index(question, offered.tree.entries.size());
    write_content(offered.flake.root, offered.tree.entries[entry], data);
  }
  return {};
}

fs::path fetch_source(std::size_t index, const oci::Digest& digest, const SourceCache& cache,
                      const Ask& ask) {
  if (const auto tree = cache.find(digest)) return *tree;
  Nowhere nowhere;
  const std::string manifest = ask(format("{} {}", manifest_word, index), nowhere);
  if (oci::Digest::of(manifest) != digest) {
    throw Error(ErrorKind::corrupt, "the list of source files is not the one that was announced");
  }
  const SourceTree tree = parse_manifest(manifest);
  const std::vector<std::size_t> missing = cache.missing(tree);
  if (!missing.empty()) {
    std::string question = format("{} {}", contents_word, index);
    for (const std::size_t entry : missing)
      question += format(" {}", entry);
    SourceCache::Receiver receiver = cache.receiver(tree, missing);
    (void)ask(question, receiver);
    receiver.finish();
  }
  return cache.assemble(tree, digest);
}

} // namespace nixbuild::source
