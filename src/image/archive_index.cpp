#include "image/archive_index.hpp"

#include "archive/sha256.hpp"
#include "image/member_name.hpp"
#include "oci/image_config.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <array>
#include <span>
#include <utility>

namespace nixbuild::image {

using archive::Compression;
using archive::TarType;

namespace {

// An archive of a hundred images has some ten thousand members.
constexpr std::size_t largest_index = std::size_t{32} << 20U;
constexpr std::size_t largest_texts = std::size_t{16} << 20U;
constexpr int longest_chain_of_links = 16;

template <class... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  throw Error(ErrorKind::corrupt, format(text, std::forward<Arguments>(arguments)...));
}

// Members of an OCI layout are called by their digests: "blobs/sha256/<hex>". Whoever sends the
// bytes checks that.
std::optional<oci::Digest> digest_in(std::string_view name) {
  constexpr std::string_view folder = "blobs/sha256/";
  if (!name.starts_with(folder)) return std::nullopt;
  const auto digest = oci::Digest::parse(format("sha256:{}", name.substr(folder.size())));
  return digest ? std::optional(*digest) : std::nullopt;
}

class Hasher final : public archive::Sink {
public:
  void write(std::span<const std::byte> data) override { hash_.update(data); }
  oci::Digest digest() { return oci::Digest::from_hex(hash_.finish()); }

private:
  archive::Sha256 hash_;
};

// What content is that begins with `first` and goes on with `rest`.
MemberContent examined(std::string_view name, std::span<const std::byte> first,
                       archive::Source& rest) {
  MemberContent content{.compression = archive::detect_compression(first), .digest = {}};
  if (content.compression == Compression::none) return content;
  content.digest = digest_in(name);
  if (!content.digest) {
    Hasher hasher;
    hasher.write(first);
    archive::copy(rest, hasher);
    content.digest = hasher.digest();
  }
  return content;
}

using FirstBytes = std::array<std::byte, archive::compression_magic_size>;

std::span<const std::byte> read_first(archive::Source& source, FirstBytes& bytes) {
  return std::span(bytes).first(archive::read_full(source, bytes));
}

bool looks_like_json(std::span<const std::byte> first) {
  return !first.empty() && (first.front() == std::byte{'{'} || first.front() == std::byte{'['});
}

} // namespace

ArchiveIndex::ArchiveIndex(std::shared_ptr<const archive::DecompressedFile> file,
                           const CancelToken& cancel)
    : file_(std::move(file)) {
  const auto source = file_->open_at(0, cancel);
  archive::TarReader reader(*source);
  while (const auto entry = reader.next())
    add(*entry, reader);
  // The checksum of a compressed stream stands at its end.
  if (file_->compression() != Compression::none) {
    while (source->skip(std::uint64_t{1} << 30U) > 0) {
    }
  }
}

void ArchiveIndex::add(const archive::TarEntry& entry, archive::Source& content) {
  const auto note_violation = [&](std::string text) {
    if (violation_.empty()) violation_ = std::move(text);
  };
  const auto name = member_name(entry.name);
  if (!name) {
    return note_violation(format("the name of the member '{}' leads out of it", entry.name));
  }
  if (name->empty()) return;

  ArchiveMember member{.type = entry.type, .offset = entry.offset, .size = entry.size};
  if (entry.type == TarType::symbolic_link) {
    auto destination = link_destination(*name, entry.link_target);
    if (!destination) {
      return note_violation(
          format("the link '{}' to '{}' leads out of it", *name, entry.link_target));
    }
    member.link_target = *std::move(destination);
  } else if (entry.type == TarType::hard_link) {
    const auto target = member_name(entry.link_target);
    const auto found = target ? members_.find(*target) : members_.end();
    if (found == members_.end()) {
      return note_violation(
          format("the link '{}' to '{}' leads to nothing in it", *name, entry.link_target));
    }
    member = found->second; // the file as it is now, whatever takes its name later
  } else if (entry.type == TarType::file && file_->compression() != Compression::none) {
    take_in_passing(*name, member, content);
  }

  member_bytes_ += name->size() + member.link_target.size() + sizeof(ArchiveMember) + 64;
  if (member_bytes_ > largest_index) fail("it has more members than an image archive can have");
  members_.insert_or_assign(*name, std::move(member));
}

void ArchiveIndex::take_in_passing(std::string_view name, ArchiveMember& member,
                                   archive::Source& content) {
  FirstBytes bytes;
  const auto first = read_first(content, bytes);
  member.content = examined(name, first, content);
  if (looks_like_json(first) && member.size <= oci::largest_image_config &&
      text_bytes_ + member.size <= largest_texts) {
    text_bytes_ += member.size;
    std::string text(member.size, '\0');
    const auto target = std::as_writable_bytes(std::span(text));
    std::ranges::copy(first, target.begin());
    (void)archive::read_full(content, target.subspan(first.size()));
    member.text = std::move(text);
  }
}

void ArchiveIndex::require_contained() const {
  if (!violation_.empty()) fail("{}", violation_);
}

bool ArchiveIndex::contains(std::string_view name) const {
  return members_.contains(name);
}

const ArchiveMember& ArchiveIndex::file(std::string_view name) const {
  auto current = member_name(name);
  if (!current) fail("manifest.json names '{}', which leads out of it", name);
  for (int links = 0; links <= longest_chain_of_links; ++links) {
    const auto found = members_.find(*current);
    if (found == members_.end()) fail("it has no member '{}'", *current);
    const ArchiveMember& member = found->second;
    if (member.type == TarType::file) return member;
    if (member.type == TarType::sparse_file) {
      throw Error(ErrorKind::corrupt,
                  format("its member '{}' is stored as a sparse file", *current))
          .with_hint("make the archive without tar's option --sparse");
    }
    if (member.type != TarType::symbolic_link) fail("its member '{}' is not a file", *current);
    current = member.link_target;
  }
  fail("its member '{}' is a link that leads in a circle", name);
}

std::string ArchiveIndex::read(std::string_view name, std::size_t limit,
                               const CancelToken& cancel) const {
  const ArchiveMember& member = file(name);
  if (member.size > limit) {
    fail("its member '{}' is larger than {}", name, format_bytes(limit));
  }
  if (member.text) return *member.text;
  std::string text(member.size, '\0');
  const auto source = file_->open_at(member.offset, cancel);
  if (archive::read_full(*source, std::as_writable_bytes(std::span(text))) != text.size()) {
    fail("it became shorter while it was read");
  }
  return text;
}

MemberContent ArchiveIndex::examine(std::string_view name, const CancelToken& cancel) const {
  const ArchiveMember& member = file(name);
  if (member.content) return *member.content;
  const auto source = file_->open_at(member.offset, cancel);
  archive::LimitedSource content(*source, member.size);
  FirstBytes bytes;
  const auto first = read_first(content, bytes);
  return examined(member_name(name).value_or(""), first, content);
}

} // namespace nixbuild::image
