#include "fakes/fake_engine.hpp"
#include "plugin/doctor_command.hpp"
#include "plugin/fake_world.hpp"
#include "support/files.hpp"
#include "support/unique_fd.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <span>

using namespace nixbuild;
using namespace nixbuild::plugin;
using doctor::Finding;
using doctor::Severity;

namespace {

// An engine without containers, and a Nix beside it.
class Fixture {
public:
  fakes::FakeEngine engine{fakes::Profile::docker_28()};
  TempDir folder;
  Pipe answers = make_pipe();
  testing::FakeWorld world;

  Fixture() {
    engine.on("GET", "/containers/json", fakes::FakeEngine::Reply{.body = "[]"});
    world.variables["DOCKER_HOST"] = "unix://" + engine.socket().string();
    world.standard_input = answers.read.get();
    report_is("nix /bin/nix\nnix-version nix (Nix) 2.34.8\nsetting experimental-features = flakes\n"
              "setting system = x86_64-linux\ntmp 1777\n");
  }

  // What the guest script prints.
  void report_is(const std::string& text) { world.processes.on({"sh", "-c"}, {.out = text}); }

  void answer(const std::string& text) {
    write_all(answers.write.get(), std::as_bytes(std::span(text)));
    answers.write.reset();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(doctor_)

BOOST_AUTO_TEST_CASE(form_for_people) {
  const std::vector<Finding> findings{
      {.id = "N1", .title = "Nix answers", .outcome = doctor::fine("2.34.8")},
      {.id = "N6", .title = "flakes are on", .outcome = doctor::fine("flakes are on")},
      {.id = "N10", .title = "t", .outcome = doctor::warned("no network", "mend it")},
      {.id = "X3", .title = "t", .outcome = doctor::failed("no\x1b[1m engine", "")},
      {.id = "B2",
       .title = "hashes",
       .outcome = {.severity = Severity::elsewhere, .seen = "nothing", .remedy = "pin it"}}};
  BOOST_TEST(findings_text(findings) == "ok       N1   Nix answers (2.34.8)\n"
                                        "ok       N6   flakes are on\n"
                                        "warning  N10  no network\n"
                                        "              mend it\n"
                                        "error    X3   no engine\n"
                                        "-        B2   hashes: nothing\n"
                                        "              pin it\n");
}

BOOST_AUTO_TEST_CASE(form_for_programs) {
  const auto array = boost::json::parse(findings_json(
      {{.id = "N1", .title = "Nix answers", .outcome = doctor::warned("s\xff", "r")}}));
  const auto& object = array.at(0).as_object();
  BOOST_TEST(object.at("id").as_string() == "N1");
  BOOST_TEST(object.at("severity").as_string() == "warning");
  BOOST_TEST(object.at("title").as_string() == "Nix answers");
  BOOST_TEST(object.at("seen").as_string() == "s\xEF\xBF\xBD");
  BOOST_TEST(object.at("remedy").as_string() == "r");
  BOOST_TEST(findings_json({}) == "[]\n");
}

BOOST_FIXTURE_TEST_CASE(healthy_machine, Fixture) {
  BOOST_TEST(world.run({"nixbuild", "doctor"}) == 0);
  BOOST_TEST(world.err.text == "");
  BOOST_TEST(world.out.text.contains(
      "ok       N1   Nix answers (nix (Nix) 2.34.8 on this machine (/bin/nix))\n"));
  BOOST_TEST(!world.out.text.contains("error"));
}

BOOST_FIXTURE_TEST_CASE(what_stops_a_build_is_the_exit_status, Fixture) {
  report_is("machine x86_64\n");
  BOOST_TEST(world.run({"nixbuild", "doctor", "N1"}) == 1);
  BOOST_TEST(world.out.text.starts_with("error    N1   there is no Nix on this machine\n"));
  BOOST_TEST(world.run({"nixbuild", "doctor", "X3"}) == 0);
}

BOOST_FIXTURE_TEST_CASE(context_that_is_not_there, Fixture) {
  world.variables.erase("DOCKER_HOST");
  BOOST_TEST(world.run({"--context", "colima", "nixbuild", "doctor"}) == 1);
  BOOST_TEST(world.out.text.starts_with("error    X1   "));
  BOOST_TEST(world.out.text.contains("colima start default"));
}

BOOST_FIXTURE_TEST_CASE(mends_after_asking, Fixture) {
  report_is("nix /bin/nix\ntmp 755\n");
  answer("y\n");
  BOOST_TEST(world.run({"nixbuild", "doctor", "B8", "--fix"}) == 1);
  BOOST_TEST(world.out.text.contains("This will be done:\n  B8   sudo chmod 1777 /tmp on this "
                                     "machine\nAre you sure you want to continue? [y/N] "));
  BOOST_TEST(world.out.text.contains("Now it is so:\nerror    B8 "));
  const auto changes = std::ranges::count_if(world.processes.started, [](const auto& command) {
    return command.argv.back().contains("chmod 1777");
  });
  BOOST_TEST(changes == 1);
}

BOOST_FIXTURE_TEST_CASE(no_is_the_default, Fixture) {
  report_is("nix /bin/nix\ntmp 755\n");
  answer("\n");
  BOOST_TEST(world.run({"nixbuild", "doctor", "B8", "--fix"}) == 1);
  BOOST_TEST(world.out.text.ends_with("Nothing was done.\n"));
  BOOST_TEST(std::ranges::none_of(world.processes.started, [](const auto& command) {
    return command.argv.back().contains("chmod 1777");
  }));
}

BOOST_FIXTURE_TEST_CASE(remedy_that_does_not_work_is_told, Fixture) {
  report_is("nix /bin/nix\ntmp 755\n");
  world.processes.on({"sh", "-c",
                      "exec sh -c 'if [ $(id -u) = 0 ]; then chmod 1777 /tmp; else sudo -n chmod "
                      "1777 /tmp; fi'"},
                     fakes::failing("sudo: a password is required"));
  BOOST_TEST(world.run({"nixbuild", "doctor", "B8", "--fix", "--force"}) == 1);
  BOOST_TEST(world.out.text.contains("B8 did not work: sudo: a password is required\n"));
}

BOOST_FIXTURE_TEST_CASE(log_of_a_failed_command, Fixture) {
  const auto log = folder.path() / "log";
  write_file_atomically(log, "error: unable to load seccomp BPF program: Invalid argument\n");
  BOOST_TEST(world.run({"nixbuild", "doctor", "A5", "--log", log.string()}) == 1);
  BOOST_TEST(world.out.text.starts_with("error    A5   the log says: error: unable to load"));
  answer("error: unable to load seccomp BPF program\n");
  BOOST_TEST(world.run({"nixbuild", "doctor", "A5", "--log=-"}) == 1);
  BOOST_TEST(world.run({"nixbuild", "doctor", "--log", "/nonexistent"}) == 1);
  BOOST_TEST(world.err.text.contains("/nonexistent"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_meant_is_refused, Fixture) {
  BOOST_TEST(world.run({"nixbuild", "doctor", "Z1"}) == 1);
  BOOST_TEST(world.err.text.contains("Z1"));
  BOOST_TEST(world.run({"nixbuild", "doctor", "--fix", "--format=json"}) == 1);
  BOOST_TEST(world.err.text.contains("--fix"));
}

BOOST_AUTO_TEST_SUITE_END()
