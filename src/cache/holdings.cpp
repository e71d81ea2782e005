#include "cache/holdings.hpp"

#include "nix/closure.hpp"
#include "support/format.hpp"
#include "support/parallel.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <set>
#include <utility>

namespace nixbuild::cache {

namespace {

// A server that is far away answers each in some 50 ms.
constexpr std::size_t questions_at_a_time = 32;
constexpr std::size_t most_paths = 200'000;

class Search {
public:
  Search(const std::vector<BinaryCache>& caches, const CancelToken& cancel)
      : caches_(caches)
      , cancel_(cancel)
      , holdings_(caches.size()) {
    for (std::size_t i = 0; i < caches.size(); ++i)
      holdings_[i].cache = caches[i].name();
    parallel_for(
        caches.size(), questions_at_a_time,
        [&](std::size_t i) { guarded(i, [&] { (void)caches_[i].info(cancel_); }); }, cancel_);
  }

  // Looks for `paths`; what those refer to that were not wanted before.
  std::vector<std::string> look_for(const std::vector<std::string>& paths) {
    std::vector<std::optional<NarInfo>> found(paths.size() * caches_.size());
    parallel_for(
        found.size(), questions_at_a_time,
        [&](std::size_t i) {
          const std::size_t cache = i % caches_.size();
          const std::string& path = paths[i / caches_.size()];
          guarded(cache, [&] { found[i] = caches_[cache].find(nix::store_hash(path), cancel_); });
        },
        cancel_);
    wanted_.insert(paths.begin(), paths.end());
    std::set<std::string> further;
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i]) note(*found[i], i % caches_.size(), paths[i / caches_.size()], further);
    return {further.begin(), further.end()};
  }

  Lookup finish() && {
    Lookup lookup{
        .wanted = {wanted_.begin(), wanted_.end()}, .caches = std::move(holdings_), .missing = {}};
    std::ranges::set_difference(wanted_, present_, std::back_inserter(lookup.missing));
    return lookup;
  }

private:
  // A failure of one cache is no failure of the others.
  template <class Work>
  void guarded(std::size_t cache, const Work& work) {
    {
      const std::scoped_lock lock(mutex_);
      if (holdings_[cache].failure) return;
    }
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      const std::scoped_lock lock(mutex_);
      if (!holdings_[cache].failure) holdings_[cache].failure = error;
    }
  }

  void note(const NarInfo& info, std::size_t cache, const std::string& path,
            std::set<std::string>& further) {
    Holdings& holdings = holdings_[cache];
    if (holdings.failure) return;
    present_.insert(path);
    ++holdings.paths;
    holdings.download_bytes += info.file_size;
    holdings.nar_bytes += info.nar_size;
    for (const std::string& reference : info.references) {
      std::string other = "/nix/store/" + reference;
      if (!wanted_.contains(other)) further.insert(std::move(other));
    }
    if (wanted_.size() + further.size() > most_paths)
      throw Error(ErrorKind::corrupt,
                  format("the caches tell of more than {} paths that are needed", most_paths));
  }

  const std::vector<BinaryCache>& caches_;
  const CancelToken& cancel_;
  std::mutex mutex_;
  std::vector<Holdings> holdings_;
  std::set<std::string> wanted_;
  std::set<std::string> present_;
};

} // namespace

Lookup look_up(const std::vector<BinaryCache>& caches, const std::vector<std::string>& paths,
               Scope scope, const CancelToken& cancel) {
  Search search(caches, cancel);
  std::vector<std::string> further = search.look_for(paths);
  while (scope == Scope::closure && !further.empty())
    further = search.look_for(further);
  return std::move(search).finish();
}

} // namespace nixbuild::cache
