#include "archive/file.hpp"
#include "plugin/archive_input.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <future>
#include <string>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

using nixbuild::CancelLevel;
using nixbuild::CancelSource;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::ErrorKind;
using nixbuild::Pipe;
using nixbuild::TempDir;
using nixbuild::UniqueFd;
using nixbuild::plugin::ArchiveInput;

namespace {

struct Fixture {
  TempDir folder;
  Environment environment{{{"TMPDIR", folder.path().string()}}};

  [[nodiscard]] std::string file(const std::string& content) const {
    const auto path = folder.path() / "archive";
    nixbuild::write_file_atomically(path, content);
    return path;
  }
  [[nodiscard]] ArchiveInput input(int standard_input) const {
    return ArchiveInput::open({}, standard_input, environment, {});
  }
  [[nodiscard]] ErrorKind refusal(const std::optional<std::string>& name,
                                  int standard_input = -1) const {
    try {
      (void)ArchiveInput::open(name, standard_input, environment, {});
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  }
};

UniqueFd filled_pipe(const std::string& content) {
  Pipe pipe = nixbuild::make_pipe();
  nixbuild::write_all(pipe.write.get(), std::as_bytes(std::span(content)));
  return std::move(pipe.read);
}

// Read as the reader of archives does.
std::string content_of(const ArchiveInput& input) {
  const auto file = nixbuild::archive::File::open(input.path());
  std::string content(file->size(), '\0');
  BOOST_TEST(file->read_at(0, std::as_writable_bytes(std::span(content))) == content.size());
  return content;
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(ErrorKind)

BOOST_FIXTURE_TEST_SUITE(archive_input, Fixture)

BOOST_AUTO_TEST_CASE(file_is_read_where_it_is) {
  const std::string name = file("bytes");
  BOOST_TEST(ArchiveInput::open(name, -1, environment, {}).path() == name);
}

BOOST_AUTO_TEST_CASE(pipe_is_kept_in_a_file_without_a_name) {
  const UniqueFd pipe = filled_pipe("bytes");
  const ArchiveInput input = this->input(pipe.get());
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  BOOST_TEST(content_of(input) == "bytes");
  BOOST_TEST(content_of(input) == "bytes");
}

BOOST_AUTO_TEST_CASE(redirected_file_is_not_copied) {
  const UniqueFd opened(::open(file("bytes").c_str(), O_RDONLY | O_CLOEXEC));
  const ArchiveInput input = this->input(opened.get());
  BOOST_TEST(input.path() == "/dev/fd/" + std::to_string(opened.get()));
  BOOST_TEST(content_of(input) == "bytes");
}

BOOST_AUTO_TEST_CASE(what_was_read_of_a_redirected_file_is_gone) {
  const UniqueFd opened(::open(file("read bytes").c_str(), O_RDONLY | O_CLOEXEC));
  BOOST_REQUIRE(::lseek(opened.get(), 5, SEEK_SET) == 5);
  BOOST_TEST(content_of(input(opened.get())) == "bytes");
}

BOOST_AUTO_TEST_CASE(named_pipe) {
  const std::string name = folder.path() / "fifo";
  BOOST_REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
  auto writer = std::async(std::launch::async, [&] {
    const UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CLOEXEC));
    nixbuild::write_all(fd.get(), std::as_bytes(std::span(std::string_view("bytes"))));
  });
  BOOST_TEST(content_of(ArchiveInput::open(name, -1, environment, {})) == "bytes");
  writer.get();
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_CHECK(refusal(folder.path() / "missing") == ErrorKind::not_found);
  BOOST_CHECK(refusal({}, filled_pipe("").get()) == ErrorKind::invalid_input);
  constexpr int closed = 9999;
  BOOST_CHECK(refusal({}, closed) == ErrorKind::io);
  const UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  BOOST_REQUIRE(terminal);
  BOOST_CHECK(refusal({}, terminal.get()) == ErrorKind::invalid_input);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_pipe_can_be_cancelled) {
  const Pipe silent = nixbuild::make_pipe();
  const CancelSource cancel;
  cancel.raise(CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION(
      (void)ArchiveInput::open({}, silent.read.get(), environment, cancel.token()), Error,
      [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
