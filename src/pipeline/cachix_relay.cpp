#include "pipeline/cachix_relay.hpp"

#include "archive/written_source.hpp"
#include "cache/cachix.hpp"
#include "cache/nar.hpp"
#include "cache/signing.hpp"
#include "cache/words.hpp"
#include "nix/registration.hpp"
#include "nix/store_path.hpp"
#include "process/line_splitter.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace nixbuild::pipeline {

namespace {

constexpr std::string_view offer_question = "cachix-offer ";
constexpr std::string_view nar_question = "cachix-nar ";

cache::Cachix cachix_of(World& world) {
  return {*world.web, cache::cachix_login(world.environment), world.sign,
          registry::real_patience()};
}

class NoData final : public archive::Sink {
public:
  void write(std::span<const std::byte> /*data*/) override {
    throw Error(ErrorKind::corrupt, "the client sent data that was not asked for");
  }
};

} // namespace

std::string closure_text(const nix::Closure& closure) {
  std::string text;
  for (const nix::ClosurePath& path : closure.paths) {
    const std::vector<std::string> references = cache::references_of(closure, path);
    text += format("{}\n{}\n{}\n{}\n{}\n", path.path, path.nar_hash, path.nar_size, path.deriver,
                   references.size());
    for (const std::string& reference : references)
      text += reference + "\n";
  }
  return text;
}

void offer_to_cachix(const std::string& name, const nix::Closure& closure,
                     agent::Conversation& client, const CancelToken& cancel) {
  NoData nothing;
  archive::WrittenSource offered([&](archive::Sink& sink) {
    const std::string text = closure_text(closure);
    sink.write(std::as_bytes(std::span(text)));
  });
  const std::vector<std::string> wanted =
      cache::words_of(client.ask(std::string(offer_question) + name, offered, nothing));
  for (const nix::ClosurePath& path : closure.paths) {
    if (std::ranges::find(wanted, nix::store_hash(path.path)) == wanted.end()) continue;
    archive::WrittenSource nar(
        [&](archive::Sink& sink) { cache::write_nar(path.path, sink, cancel); });
    (void)client.ask(format("{}{}", nar_question, nix::store_hash(path.path)), nar, nothing);
  }
}

bool CachixRelay::is_for(std::string_view question) {
  return question.starts_with(offer_question) || question.starts_with(nar_question);
}

std::string CachixRelay::answer(const std::string& question, archive::Source& data) {
  const std::string_view text = question;
  if (text.starts_with(offer_question)) return take_offer(text.substr(offer_question.size()), data);
  take_nar(text.substr(nar_question.size()), data);
  return {};
}

std::string CachixRelay::take_offer(std::string_view offer, archive::Source& data) {
  nix::RegistrationReader reader;
  process::LineSplitter lines;
  const auto take = [&](std::string_view line) { reader.line(line); };
  std::array<char, std::size_t{64} << 10U> buffer{};
  while (const std::size_t size = data.read(std::as_writable_bytes(std::span(buffer))))
    lines.feed({buffer.data(), size}, take);
  lines.finish(take);
  closure_ = std::move(reader).finish();
  name_ = offer;
  std::vector<std::string> hashes;
  hashes.reserve(closure_.paths.size());
  for (const nix::ClosurePath& path : closure_.paths)
    hashes.emplace_back(nix::store_hash(path.path));
  return progress::as_step(
      world_.reporter, format("push to cachix:{}", name_), [&](progress::Step& step) {
        const auto missing = cachix_of(world_).missing(name_, hashes, cancel_);
        step.log(format("{} of {} paths are missing there", missing.size(), hashes.size()));
        if (missing.empty()) step.cached();
        return format("{}", fmt::join(missing, " "));
      });
}

void CachixRelay::take_nar(std::string_view hash, archive::Source& data) {
  const auto path = std::ranges::find_if(closure_.paths, [&](const nix::ClosurePath& one) {
    return nix::store_hash(one.path) == hash;
  });
  if (path == closure_.paths.end())
    throw Error(ErrorKind::corrupt, "the agent sent a path that it did not offer");
  progress::as_step(world_.reporter, format("push {}", nix::readable_name(path->path)),
                    [&](progress::Step&) {
                      const auto nar = [&](const nix::ClosurePath&, archive::Sink& sink) {
                        archive::copy(data, sink);
                      };
                      (void)cachix_of(world_).upload(name_, closure_, *path, nar, cancel_);
                    });
}

} // namespace nixbuild::pipeline
