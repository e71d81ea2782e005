#include "builder/plain_script.hpp"
#include "process/runner.hpp"
#include "support/error.hpp"
#include "support/files.hpp"
#include "support/format.hpp"
#include "support/unique_fd.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace nixbuild;
using namespace nixbuild::builder;

namespace fs = std::filesystem;

namespace {

// Another machine, with programs of its own before the real ones.
class OtherMachine {
public:
  OtherMachine() {
    program_is("docker",
               "case $1 in info) echo ENGINE;; load) echo \"Loaded image: $(cat)\";; esac");
    nix_makes("printf archive >\"$out\"");
  }

  [[nodiscard]] fs::path folder() const { return temp_.path(); }
  [[nodiscard]] std::string seen(const std::string& file) const {
    return read_file(temp_.path() / file);
  }

  void program_is(const std::string& name, const std::string& script) const {
    const fs::path file = temp_.path() / "bin" / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(file, fs::perms::owner_all);
  }
  // A nix that notes what it is given, and makes the file $out by `script`.
  void nix_makes(const std::string& script) const {
    program_is("nix", format("for word; do printf '%s\\0' \"$word\"; done >'{0}/words'\n"
                             "printf %s \"$NIX_CONFIG\" >'{0}/config'\n"
                             "while [ \"$1\" != --out-link ]; do shift; done; out=$2\n{1}",
                             temp_.path().string(), script));
  }

  [[nodiscard]] std::unique_ptr<process::Child> start(UniqueFd socket) const {
    return runner_->start_on_socket(
        {.argv = {"sh", "-c", plain_script()},
         .directory = {},
         .environment = {{"PATH", format("{}/bin:/usr/bin:/bin", temp_.path().string())},
                         {"NIX_CONFIG", "there = before"},
                         {"DOCKER_HOST", {}}}},
        std::move(socket));
  }

  struct Ended {
    int status = 0;
    std::string out;
    std::string err;
  };
  [[nodiscard]] Ended run(const PlainJob& job, const std::string& source = {}) const {
    Pipe ends = make_socket_pair();
    const auto child = start(std::move(ends.write));
    const std::string input = plain_input(job) + source;
    write_all(ends.read.get(), std::as_bytes(std::span(input)));
    Ended ended{.status = child->wait().code, .out = {}, .err = child->tail_of_stderr()};
    // What waits for the end of the input has the same socket.
    ::shutdown(ends.read.get(), SHUT_WR);
    std::array<std::byte, 4096> buffer{};
    while (const std::size_t got = read_some(ends.read.get(), buffer))
      ended.out.append(reinterpret_cast<const char*>(buffer.data()), got);
    return ended;
  }

private:
  TempDir temp_;
  std::unique_ptr<process::Runner> runner_ = process::system_runner();
};

std::string words(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& word : list)
    text += word + '\0';
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(plain_scripts)

BOOST_AUTO_TEST_CASE(any_login_shell_can_read_it) {
  const std::string script = plain_script();
  BOOST_TEST(script.starts_with("exec sh -c '"));
  BOOST_TEST(std::ranges::count(script, '\'') == 2);
  BOOST_TEST(script.find_first_of("!\n\\") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_archive_is_loaded) {
  const OtherMachine machine;
  const auto ended = machine.run({.installable = "github:a/b#c"});
  BOOST_TEST(ended.status == 0, ended.err);
  BOOST_TEST(ended.out == format("{}\nLoaded image: archive\n", docker_answers));
}

BOOST_AUTO_TEST_CASE(a_script_is_run_and_loaded) {
  const OtherMachine machine;
  machine.nix_makes("printf '#!/bin/sh\\nprintf streamed\\n' >\"$out\"; chmod +x \"$out\"");
  BOOST_TEST(machine.run({}).out == format("{}\nLoaded image: streamed\n", docker_answers));
}

BOOST_AUTO_TEST_CASE(what_differs_is_never_shell_text) {
  const OtherMachine machine;
  const std::vector<std::string> arguments{"--option", "$(touch x)`touch x`", "a\nb\n", "\\n%s\\",
                                           "",         "'\"; touch x; \xff",  "-n"};
  BOOST_TEST(machine.run({.installable = "it's \\0 \"#a", .nix_arguments = arguments}).status == 0);
  std::vector<std::string> expected = arguments;
  expected.emplace_back("--");
  expected.emplace_back("it's \\0 \"#a");
  const std::string seen = machine.seen("words");
  BOOST_TEST(seen.ends_with(words(expected)));
}

BOOST_AUTO_TEST_CASE(a_zero_byte_is_refused) {
  BOOST_CHECK_THROW((void)plain_input({.installable = std::string(1, '\0')}), Error);
}

BOOST_AUTO_TEST_CASE(secrets_are_in_no_command_line) {
  const OtherMachine machine;
  machine.nix_makes("ps -e -o args= >'" + machine.folder().string() +
                    "/processes'; printf x >\"$out\"");
  BOOST_TEST(machine.run({.nix_config = "\naccess-tokens = hidden-one\n"}).status == 0);
  BOOST_TEST(machine.seen("config") == "there = before\naccess-tokens = hidden-one\n");
  BOOST_TEST(machine.seen("processes").find("hidden-one") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_end_has_its_status) {
  const OtherMachine machine;
  const auto status = [&](const std::string& nix, const PlainJob& job = {}) {
    machine.nix_makes(nix);
    return machine.run(job).status;
  };
  BOOST_TEST(status("echo why; exit 1") == plain_status::not_built);
  BOOST_TEST(status("mkdir \"$out\"") == plain_status::other_form);
  BOOST_TEST(status("echo '{}' >\"$out\"") == plain_status::other_form);
  BOOST_TEST(status("printf '#!/bin/sh\\nexit 3\\n' >\"$out\"; chmod +x \"$out\"") ==
             plain_status::script_failed);
  BOOST_TEST(status("echo >\"$out\"", {.engine_id = "OTHER"}) == plain_status::other_engine);
  BOOST_TEST(status("echo >\"$out\"", {.engine_id = "ENGINE"}) == 0);
  BOOST_TEST(machine.run({.source_size = 512}, std::string(512, 'x')).status ==
             plain_status::cannot_write);
  machine.program_is("docker", "exit 1");
  BOOST_TEST(status("echo >\"$out\"") == plain_status::not_loaded);
}

// As when ssh, or whoever started it, is gone.
BOOST_AUTO_TEST_CASE(the_end_of_its_input_stops_everything) {
  const OtherMachine machine;
  const fs::path fifo = machine.folder() / "held";
  BOOST_REQUIRE_EQUAL(::mkfifo(fifo.c_str(), 0600), 0);
  machine.nix_makes("exec 9>'" + fifo.string() + "'; echo begun; while :; do read -r x <'" +
                    fifo.string() + "'; done");
  Pipe ends = make_socket_pair();
  const auto child = machine.start(std::move(ends.write));
  const std::string input = plain_input({});
  write_all(ends.read.get(), std::as_bytes(std::span(input)));
  const UniqueFd held(::open(fifo.c_str(), O_RDONLY)); // once it has begun
  ends.read.reset();
  std::array<std::byte, 1> none{};
  BOOST_TEST(read_some(held.get(), none) == 0U); // nobody holds it any more
  BOOST_TEST(!child->wait().success());
}

BOOST_AUTO_TEST_SUITE_END()
