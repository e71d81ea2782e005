#include "http/response_reader.hpp"

#include "support/error.hpp"
#include "support/format.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>

namespace nixbuild::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::uint32_t header_limit = 64 << 10U;
constexpr std::size_t unparsed_limit = 2 * std::size_t{header_limit};
constexpr int interim_limit = 16;

using Parser = beast_http::response_parser<beast_http::buffer_body>;

bool is_interim(int status) {
  return status >= 100 && status < 200 && status != 101;
}

[[noreturn]] void not_http(std::string_view reason) {
  throw Error(ErrorKind::corrupt, format("the answer is not proper HTTP: {}", reason));
}

} // namespace

struct ResponseReader::Impl {
  bool to_head;
  const BodyHandler& on_body;
  std::unique_ptr<Parser> parser;
  ResponseHead head;
  std::string unparsed;
  std::array<char, 64 << 10U> body{};
  int interim_answers = 0;
  bool started = false;
  bool has_head = false;
  bool complete = false;

  Impl(bool head_request, const BodyHandler& handler) : to_head(head_request), on_body(handler) {
    start_answer();
  }

  void start_answer() {
    parser = std::make_unique<Parser>();
    has_head = false;
    parser->header_limit(header_limit);
    parser->body_limit(boost::none);
    parser->skip(to_head);
  }

  // One call of Beast's parser; false when it needs more input.
  bool parse_some() {
    parser->get().body().data = body.data();
    parser->get().body().size = body.size();
    boost::system::error_code error;
    const std::size_t used = parser->put(boost::asio::buffer(unparsed), error);
    unparsed.erase(0, used);
    const bool starved = error == beast_http::error::need_more;
    if (error && !starved && error != beast_http::error::need_buffer) not_http(error.message());
    if (!has_head && parser->is_header_done()) take_head();
    deliver();
    if (parser->is_done()) finish_answer();
    return !starved && !complete;
  }

  void take_head() {
    // Only now: the fields of a trailer are not to be taken for headers.
    parser->eager(true);
    has_head = true;
    head = {};
    head.status = static_cast<int>(parser->get().result_int());
    for (const auto& field : parser->get()) {
      head.headers.emplace_back(field.name_string(), field.value());
    }
  }

  void deliver() {
    const std::size_t size = body.size() - parser->get().body().size;
    if (size > 0 && !is_interim(head.status)) on_body(head, std::string_view(body.data(), size));
  }

  void finish_answer() {
    if (!is_interim(head.status)) {
      complete = true;
      return;
    }
    if (++interim_answers > interim_limit) not_http("too many interim answers");
    start_answer();
  }
};

ResponseReader::ResponseReader(bool to_head, const BodyHandler& on_body)
    : impl_(std::make_unique<Impl>(to_head, on_body)) {}

ResponseReader::~ResponseReader() = default;

void ResponseReader::feed(std::string_view bytes) {
  impl_->started = impl_->started || !bytes.empty();
  impl_->unparsed += bytes;
  while (!impl_->complete && !impl_->unparsed.empty() && impl_->parse_some()) {
  }
  if (!impl_->complete && impl_->unparsed.size() > unparsed_limit) not_http("a line without end");
}

void ResponseReader::feed_end() {
  if (impl_->complete || !impl_->has_head) return;
  boost::system::error_code error;
  impl_->parser->put_eof(error);
  impl_->complete = !error && impl_->parser->is_done();
}

bool ResponseReader::started() const noexcept {
  return impl_->started;
}

bool ResponseReader::complete() const noexcept {
  return impl_->complete;
}

bool ResponseReader::reusable() const noexcept {
  return impl_->unparsed.empty() && impl_->parser->keep_alive();
}

const ResponseHead& ResponseReader::head() const noexcept {
  return impl_->head;
}

} // namespace nixbuild::http
