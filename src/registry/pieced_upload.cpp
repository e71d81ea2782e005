#include "registry/pieced_upload.hpp"

#include "registry/errors.hpp"
#include "registry/retry.hpp"
#include "registry/url.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace nixbuild::registry {

namespace {

constexpr std::size_t largest_piece = std::size_t{1} << 30U;

bool is_success(int status) {
  return status >= 200 && status < 300;
}

// Answers of registries that know no pieces.
bool refuses_pieces(int status) {
  return status == 400 || status == 405 || status == 415 || status == 501;
}

} // namespace

std::optional<std::uint64_t> parse_end_of_range(std::string_view range) {
  if (range.starts_with("bytes=")) range.remove_prefix(6);
  // An upload that is empty has no way to say so but this.
  if (range == "0-0" || range == "0--1") return 0;
  if (!range.starts_with("0-")) return std::nullopt;
  range.remove_prefix(2);
  std::uint64_t last = 0;
  const auto [end, error] = std::from_chars(range.data(), range.data() + range.size(), last);
  if (error != std::errc() || end != range.data() + range.size() || last == UINT64_MAX)
    return std::nullopt;
  return last + 1;
}

PiecedUpload::PiecedUpload(Session& session, Begin begin, std::size_t piece_size,
                           const CancelToken& cancel)
    : session_(session)
    , begin_(std::move(begin))
    , piece_size_(piece_size)
    , cancel_(cancel) {}

void PiecedUpload::write(std::span<const std::byte> data) {
  if (written_ < drop_until_) {
    const std::uint64_t dropped = std::min<std::uint64_t>(data.size(), drop_until_ - written_);
    written_ += dropped;
    data = data.subspan(static_cast<std::size_t>(dropped));
  }
  while (!data.empty()) {
    if (buffer_.size() >= piece_size_) {
      if (location_.empty()) start_anew(); // which may make pieces larger
      if (buffer_.size() >= piece_size_) send_buffer();
    }
    const std::size_t count = std::min(data.size(), piece_size_ - buffer_.size());
    const auto* bytes = reinterpret_cast<const char*>(data.data());
    buffer_.insert(buffer_.end(), bytes, bytes + count);
    written_ += count;
    data = data.subspan(count);
  }
}

void PiecedUpload::finish(const std::string& digest) {
  if (!buffer_.empty()) send_buffer();
  if (location_.empty()) start_anew(); // of no bytes at all
  const http::Response answer = session_.send({.request = {.method = "PUT"},
                                               .url = with_parameter(location_, "digest", digest),
                                               .access = Access::write},
                                              cancel_);
  if (is_success(answer.head.status)) return;
  if (answer.head.status == 404 || answer.head.status == 416) {
    location_.clear();
    give_up_for_now();
  }
  throw refusal(format("finish the upload of a blob of {}", session_.name()), session_.domain(),
                answer);
}

void PiecedUpload::repeat() {
  repeat_ = false;
  buffer_.clear();
  written_ = 0;
  drop_until_ = location_.empty() ? 0 : start_;
  start_ = drop_until_;
}

void PiecedUpload::send_buffer() {
  if (location_.empty()) start_anew();
  std::size_t from = 0;
  int failures = 0;
  while (from < buffer_.size()) {
    http::ResponseHead head;
    try {
      const http::Response answer = send_piece(from);
      head = answer.head;
      if (is_success(head.status)) {
        location_ = session_.locate(location_, head, cancel_);
        const std::uint64_t all = start_ + buffer_.size();
        const auto range = head.header("Range");
        const std::uint64_t end = range ? parse_end_of_range(*range).value_or(all) : all;
        if (end > start_ + from && end <= all) {
          from = static_cast<std::size_t>(end - start_);
          failures = 0;
          continue;
        }
      } else if (refuses_pieces(head.status)) {
        refused_ = answer;
        throw refusal(format("upload a part of a blob of {}", session_.name()), session_.domain(),
                      answer);
      } else if (!is_passing(head.status) && head.status != 416 && head.status != 404) {
        throw refusal(format("upload a part of a blob of {}", session_.name()), session_.domain(),
                      answer);
      }
      if (++failures >= session_.patience().tries)
        throw refusal(format("upload a part of a blob of {}", session_.name()), session_.domain(),
                      answer);
    } catch (const http::CertificateRefused&) {
      throw;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unavailable || ++failures >= session_.patience().tries) throw;
    }
    session_.patience().pause(pause_before(failures + 1, session_.patience(), &head), cancel_);
    from = ask_offset();
  }
  start_ += buffer_.size();
  buffer_.clear();
}

http::Response PiecedUpload::send_piece(std::size_t from) {
  const std::span<const char> piece = std::span(buffer_).subspan(from);
  const std::uint64_t first = start_ + from;
  http::Request request{
      .method = "PATCH",
      .headers = {{"Content-Type", "application/octet-stream"},
                  {"Content-Range", format("{}-{}", first, first + piece.size() - 1)}},
      .stream = [piece](archive::Sink& sink) { sink.write(std::as_bytes(piece)); },
      .stream_size = piece.size()};
  return session_.send_once(
      {.request = std::move(request), .url = location_, .access = Access::write}, cancel_);
}

std::size_t PiecedUpload::ask_offset() {
  const http::Response answer = session_.send(
      {.request = {.method = "GET"}, .url = location_, .access = Access::write}, cancel_);
  if (!is_success(answer.head.status)) {
    location_.clear();
    give_up_for_now();
  }
  if (answer.head.header("Location")) location_ = session_.locate(location_, answer.head, cancel_);
  const auto range = answer.head.header("Range");
  const std::uint64_t offset = range ? parse_end_of_range(*range).value_or(0) : 0;
  if (offset > start_ + buffer_.size()) {
    location_.clear();
    give_up_for_now();
  }
  if (offset < start_) {
    start_ = offset;
    give_up_for_now();
  }
  return static_cast<std::size_t>(offset - start_);
}

void PiecedUpload::start_anew() {
  Begun begun = begin_();
  if (begun.least_piece > largest_piece)
    throw Error(ErrorKind::refused,
                format("{} wants pieces of at least {}, which is more than we keep in memory",
                       session_.domain(), format_bytes(begun.least_piece)));
  location_ = std::move(begun.location);
  piece_size_ = std::max(piece_size_, begun.least_piece);
}

void PiecedUpload::give_up_for_now() {
  repeat_ = ++repeats_ < session_.patience().tries;
  throw Error(ErrorKind::unavailable,
              format("{} lost the upload of a blob of {}", session_.domain(), session_.name()));
}

} // namespace nixbuild::registry
