#include "agent/conversation.hpp"

#include "support/error.hpp"

namespace nixbuild::agent {

namespace {

class NoData final : public archive::Source {
public:
  std::size_t read(std::span<std::byte> /*buffer*/) override { return 0; }
};

class RefuseData final : public archive::Sink {
public:
  void write(std::span<const std::byte> /*data*/) override {
    throw Error(ErrorKind::corrupt, "the client sent data that was not asked for");
  }
};

} // namespace

std::string Conversation::ask(std::string_view question, archive::Sink& received) {
  NoData nothing;
  return ask(question, nothing, received);
}

std::string Conversation::ask(std::string_view question) {
  RefuseData none;
  return ask(question, none);
}

} // namespace nixbuild::agent
