// The command lines of src/nix against the Nix of this machine: in a store, state and configuration
// of their own, so that they need no root, no daemon and no network.
#include "fakes/recording_reporter.hpp"
#include "nix/discovery.hpp"
#include "nix/nix.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::nix;
using progress::Outcome;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

constexpr const char* this_system =
#if defined(__aarch64__)
    "aarch64-linux";
#else
    "x86_64-linux";
#endif

constexpr const char* flake = R"(
{
  outputs = { self }:
    let
      make = system: name: script: extra: derivation ({
        inherit system name;
        builder = "/bin/sh";
        args = [ "-c" "${script}\nexit 0" ];
      } // extra);
      here = make "SYSTEM";
    in
    {
      packages.SYSTEM = {
        default = here "default" "echo > $out" { };
        image = here "image" "echo building; echo > $out" { imageName = "hello"; }
          // { imageTag = "t1"; };
        layered = here "layered.tar.gz" "" { imageName = "l"; }
          // { stream.conf = here "layered-conf.json" "" { }; };
        streamed = here "stream" "" { imageName = "s"; } // { conf = here "s-conf.json" "" { }; };
        program = here "program" "" { pname = "program"; }
          // { conf = here "program.conf" "" { }; meta.mainProgram = "run-it"; };
        "with.dot" = here "with-dot" "echo > $out" { };
        "odd \${name} \"" = 1;
        outputs = here "outputs" "echo 1 > $out; echo 2 > $dev" { outputs = [ "out" "dev" ]; };
        broken = here "broken" "echo last words; exit 3" { };
        throwing = throw "refused";
        badTag = here "bad-tag" "echo > $out" { } // { imageTag = throw "no tag"; };
        cross = make "riscv64-linux" "cross" "echo > $out"
          { } // { stdenv.hostPlatform.system = "SYSTEM"; };
        set.inner = here "inner" "echo > $out" { };
      };
      packages.s390x-linux = {
        image = make "s390x-linux" "image" "" { };
        elsewhereOnly = make "s390x-linux" "elsewhere" "" { };
      };
      packages.refusing = throw "this system is not supported";
      legacyPackages.SYSTEM = {
        old = here "old" "echo > $out" { };
        licensed = here "licensed-1.0" "echo > $out" { } // {
          meta.license = [ { spdxId = "MIT"; } { fullName = "own"; } { spdxId = "ISC"; } ];
          meta.homepage = "https://licensed.example";
        };
        # Of the same name, but another path.
        streamed = here "streamed" "" { other = "yes"; } // { meta.license.spdxId = "Zlib"; };
      };
      checks.SYSTEM.check = here "check" "echo > $out" { };
      nixosConfigurations.web.config.system.build.toplevel = here "web" "" { };
      top = here "top" "echo > $out" { };
    };
}
)";

constexpr const char* file = R"(
{ tag ? "none", number ? 0 }: {
  image = derivation {
    name = "file-${tag}-${toString number}";
    system = "SYSTEM";
    builder = "/bin/sh";
    args = [ "-c" "echo > $out" ];
  };
}
)";

std::string for_this_system(std::string text) {
  for (std::size_t at = text.find("SYSTEM"); at != std::string::npos; at = text.find("SYSTEM"))
    text.replace(at, 6, this_system);
  return text;
}

// Everything that Nix writes goes below one folder.
class PrivateNix {
public:
  PrivateNix() {
    const fs::path root = fs::canonical(folder_.path());
    fs::create_directories(root / "conf");
    fs::create_directories(root / "flake");
    fs::create_directories(root / "home");
    write_file_atomically(root / "conf/nix.conf", "build-users-group =\n"
                                                  "sandbox = false\n"
                                                  "substituters =\n"
                                                  "flake-registry =\n");
    write_file_atomically(root / "flake/flake.nix", for_this_system(flake));
    write_file_atomically(root / "default.nix", for_this_system(file));
    for (const char* name : {"NIX_REMOTE", "NIX_CONFIG", "NIX_PATH", "NIX_USER_CONF_FILES"})
      ::unsetenv(name);
    set("NIX_STORE_DIR", root / "store");
    set("NIX_STATE_DIR", root / "state");
    set("NIX_LOG_DIR", root / "log");
    set("NIX_CONF_DIR", root / "conf");
    set("HOME", root / "home");
    set("XDG_CACHE_HOME", root / "home/cache");
    set("XDG_CONFIG_HOME", root / "home/config");
    fs::current_path(root);
  }
  PrivateNix(const PrivateNix&) = delete;
  PrivateNix& operator=(const PrivateNix&) = delete;
  ~PrivateNix() {
    fs::current_path("/");
    // Nix takes the right to write from everything in its store, and with it that to remove.
    std::error_code ignored;
    for (fs::recursive_directory_iterator at(folder_.path(), ignored), end; at != end;
         at.increment(ignored)) {
      if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
        fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
      }
    }
  }

private:
  static void set(const char* name, const fs::path& value) { ::setenv(name, value.c_str(), 1); }
  TempDir folder_;
};

bool nix_is_here() {
  try {
    (void)find_nix(Environment::of_process());
    return true;
  } catch (const Error&) {
    return false;
  }
}

// ctest knows this line (CMakeLists.txt).
struct SkipWithoutNix {
  SkipWithoutNix() {
    if (!nix_is_here()) std::cout << "SKIPPED: there is no nix on this machine\n" << std::flush;
  }
};

struct RealNix {
  static PrivateNix& surroundings() {
    static PrivateNix only;
    return only;
  }
  std::unique_ptr<process::Runner> runner = process::system_runner();
  fakes::RecordingReporter reporter;
  Nix nix;

  RealNix() : nix((surroundings(), *runner), Environment::of_process()) {}

  Evaluation evaluate(std::string_view text, const Options& options = {},
                      const std::string& system = this_system) {
    return nix.evaluate(parse_installable(text, options), system, options, reporter, {});
  }
  fs::path realise(const Evaluation& evaluation, const fs::path& root = "link") {
    return nix.realise(evaluation.derivation, evaluation.output, root, {}, reporter, {});
  }
};

auto says(ErrorKind kind, std::string text) {
  return [=](const Error& error) {
    BOOST_TEST_MESSAGE(error.message() << " | " << error.hint() << " | " << error.detail());
    return error.kind() == kind &&
           (error.message() + "\n" + error.hint() + "\n" + error.detail()).find(text) !=
               std::string::npos;
  };
}

boost::test_tools::assertion_result with_nix(boost::unit_test::test_unit_id) {
  return nix_is_here();
}

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutNix);

BOOST_AUTO_TEST_SUITE(real_nix, *boost::unit_test::precondition(with_nix))

BOOST_FIXTURE_TEST_CASE(version, RealNix) {
  BOOST_TEST(nix.version({}).at_least(2, 4));
  BOOST_TEST_MESSAGE("Nix " << nix.version({}).text);
}

BOOST_FIXTURE_TEST_CASE(evaluate_and_realise, RealNix) {
  const Evaluation evaluation = evaluate("path:./flake#image");
  BOOST_TEST(evaluation.attribute == std::string("packages.") + this_system + ".image");
  BOOST_TEST(evaluation.system == this_system);
  BOOST_TEST(evaluation.image_name == "hello");
  BOOST_TEST(evaluation.image_tag == "t1");
  const DryRun run = nix.what_would_be_built(evaluation.derivation, evaluation.output, {}, {});
  BOOST_TEST((run.builds == Words{evaluation.derivation}));
  const fs::path result = realise(evaluation, "roots/image");
  BOOST_TEST(fs::is_regular_file(result));
  BOOST_TEST(fs::read_symlink("roots/image") == result);
  BOOST_TEST((reporter.log_of("build image") == Words{"building"}));
  BOOST_TEST((reporter.outcome_of("realise image") == Outcome::done));
  BOOST_TEST(
      nix.what_would_be_built(evaluation.derivation, evaluation.output, {}, {}).builds.empty());

  fakes::RecordingReporter second;
  BOOST_TEST(nix.realise(evaluation.derivation, "out", "roots/image", {}, second, {}) == result);
  BOOST_TEST((second.outcome_of("realise image") == Outcome::cached));

  // What was built is found again by the path of its derivation, of itself, and by the link.
  BOOST_TEST(realise(evaluate(evaluation.derivation)) == result);
  BOOST_TEST(realise(evaluate(result.string())) == result);
  BOOST_CHECK_EXCEPTION((void)evaluate(result.string(), {}, "s390x-linux"), Error,
                        says(ErrorKind::invalid_input, this_system));
  BOOST_TEST(std::get<BuiltFile>(parse_installable("./roots/image", {})).path == "./roots/image");
}

BOOST_FIXTURE_TEST_CASE(where_attributes_are_found, RealNix) {
  const std::string packages = std::string("packages.") + this_system;
  BOOST_TEST(evaluate("path:./flake").attribute == packages + ".default");
  BOOST_TEST(evaluate("path:./flake#old").attribute ==
             std::string("legacyPackages.") + this_system + ".old");
  BOOST_TEST(evaluate("path:./flake#top").attribute == "top");
  BOOST_TEST(evaluate("path:./flake#set.inner").attribute == packages + ".set.inner");
  BOOST_TEST(evaluate("path:./flake#\"with.dot\"").attribute == packages + ".\"with.dot\"");
  const std::string check = std::string("checks.") + this_system + ".check";
  BOOST_TEST(evaluate("path:./flake#" + check).attribute == check);
  BOOST_TEST(evaluate("path:./flake#" + packages + ".image").attribute == packages + ".image");
}

BOOST_FIXTURE_TEST_CASE(licences, RealNix) {
  const std::string licensed = realise(evaluate("path:./flake#licensed"), "roots/licensed");
  const std::string image = realise(evaluate("path:./flake#image"), "roots/image");
  const FlakeAttribute flake_here{.flake = "path:./flake", .fragment = {}};
  Closure closure;
  closure.paths = {{.path = licensed}, {.path = image}};
  const PackageMetas metas = nix.package_metas(flake_here, this_system, closure, {}, reporter, {});
  BOOST_TEST((metas.at(licensed) ==
              PackageMeta{.licence = "MIT AND ISC", .homepage = "https://licensed.example"}));
  BOOST_TEST((metas.at(image) == PackageMeta{}));
  closure.paths = {{.path = realise(evaluate("path:./flake#set.inner"), "roots/inner")}};
  BOOST_TEST(nix.package_metas(flake_here, this_system, closure, {}, reporter, {}).empty());
  BOOST_CHECK_EXCEPTION((void)nix.package_metas({.flake = "path:./none", .fragment = {}},
                                                this_system, closure, {}, reporter, {}),
                        Error, says(ErrorKind::failed, "path:./none"));
}

BOOST_FIXTURE_TEST_CASE(outputs, RealNix) {
  const Evaluation evaluation = evaluate("path:./flake#outputs^dev");
  BOOST_TEST(evaluation.output == "dev");
  const fs::path result = realise(evaluation, "roots/outputs");
  BOOST_TEST(result.string().ends_with("-outputs-dev"));
  BOOST_TEST(fs::read_symlink("roots/outputs-dev") == result);
  BOOST_TEST(realise(evaluate(evaluation.derivation + "^dev")) == result);
}

BOOST_FIXTURE_TEST_CASE(what_an_image_is_made_of, RealNix) {
  BOOST_TEST(evaluate("path:./flake#layered").conf.ends_with("-layered-conf.json.drv"));
  BOOST_TEST(evaluate("path:./flake#streamed").conf.ends_with("-s-conf.json.drv"));
  const Evaluation program = evaluate("path:./flake#program");
  BOOST_TEST(program.conf == "");
  BOOST_TEST(program.package == "program");
  BOOST_TEST(program.main_program == "run-it");
}

BOOST_FIXTURE_TEST_CASE(a_nixos_configuration_is_its_toplevel, RealNix) {
  const Evaluation system = evaluate("path:./flake#nixosConfigurations.web");
  BOOST_TEST(system.derivation.ends_with("-web.drv"));
  BOOST_TEST(system.attribute == "nixosConfigurations.web");
}

BOOST_FIXTURE_TEST_CASE(what_an_image_tells_may_fail, RealNix) {
  BOOST_TEST(evaluate("path:./flake#badTag").image_tag.empty());
}

BOOST_FIXTURE_TEST_CASE(a_cross_compiled_result_is_for_its_host, RealNix) {
  BOOST_TEST(evaluate("path:./flake#cross").system == this_system);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there, RealNix) {
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#imgae"), Error,
                        says(ErrorKind::not_found, "Did you mean image"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#elsewhereOnly"), Error,
                        says(ErrorKind::not_found, "for s390x-linux, but not for"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#image", {}, "aarch64_be-linux"), Error,
                        says(ErrorKind::not_found, "s390x-linux"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#packages.s390x-linux.image"), Error,
                        says(ErrorKind::invalid_input, "is for s390x-linux"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#set"), Error,
                        says(ErrorKind::invalid_input, "inner"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#image.nothing.x"), Error,
                        says(ErrorKind::not_found, "image.nothing.x"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./home"), Error,
                        says(ErrorKind::not_found, "flake.nix"));
}

BOOST_FIXTURE_TEST_CASE(failures, RealNix) {
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#throwing"), Error,
                        says(ErrorKind::failed, "refused"));
  const Evaluation broken = evaluate("path:./flake#broken");
  BOOST_CHECK_EXCEPTION((void)realise(broken), Error, says(ErrorKind::failed, "> last words"));
  BOOST_TEST((reporter.outcome_of("build broken") == Outcome::failed));
}

BOOST_FIXTURE_TEST_CASE(no_text_of_the_user_is_code, RealNix) {
  const std::string odd = "path:./flake#\"odd ${name} \"";
  BOOST_CHECK_EXCEPTION((void)evaluate(odd), Error, says(ErrorKind::not_found, "odd"));
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#\"${throw ''injected''}\""), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::not_found && error.detail().empty();
                        });
  BOOST_CHECK_EXCEPTION((void)evaluate("path:./flake#\" ]; x = [ \".\\\\"), Error,
                        says(ErrorKind::not_found, "has no"));
}

BOOST_FIXTURE_TEST_CASE(attributes_of_a_file, RealNix) {
  const Options options{.file = "default.nix"};
  BOOST_TEST(evaluate("image", options).derivation.ends_with("-file-none-0.drv"));
  const Options with_arguments{.file = "default.nix",
                               .args = {{"number", "1 + 1 # two"}},
                               .arg_strings = {{"tag", "a b${"}}};
  BOOST_CHECK_THROW((void)evaluate("image", with_arguments), Error); // no name for a store path
  const Options good{
      .file = "default.nix", .args = {{"number", "1 + 1 # two"}}, .arg_strings = {{"tag", "x"}}};
  BOOST_TEST(evaluate("image", good).derivation.ends_with("-file-x-2.drv"));
  BOOST_CHECK_EXCEPTION((void)evaluate("imgae", options), Error,
                        says(ErrorKind::not_found, "Did you mean"));
  BOOST_CHECK_EXCEPTION((void)evaluate("", options), Error,
                        says(ErrorKind::invalid_input, "image"));
  BOOST_CHECK_EXCEPTION((void)evaluate("image", options, "s390x-linux"), Error,
                        says(ErrorKind::invalid_input, this_system));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_a_function_of_its_arguments, RealNix) {
  write_file_atomically("function.nix",
                        for_this_system("{ tag }: derivation { name = \"f-${tag}\"; system = "
                                        "\"SYSTEM\"; builder = \"/bin/sh\"; }"));
  const Options options{.file = "function.nix", .arg_strings = {{"tag", "t"}, {"unused", "u"}}};
  BOOST_TEST(evaluate("", options).derivation.ends_with("-f-t.drv"));
}

BOOST_FIXTURE_TEST_CASE(options_that_every_version_knows, RealNix) {
  const Options options{.settings = {{"http-connections", "3"}},
                        .impure = true,
                        .accept_flake_config = true,
                        .no_write_lock_file = true,
                        .refresh = true,
                        .offline = true,
                        .show_trace = true,
                        .keep_going = true,
                        .max_jobs = "1",
                        .cores = "1",
                        .builders = ""};
  const Evaluation evaluation = evaluate("path:./flake#top", options);
  const fs::path result =
      nix.realise(evaluation.derivation, evaluation.output, "link", options, reporter, {});
  BOOST_TEST(fs::exists(result));
}

BOOST_FIXTURE_TEST_CASE(completion, RealNix) {
  const Words names = nix.attribute_names("path:./flake", this_system, {});
  BOOST_TEST(std::ranges::count(names, "image") == 1);
  BOOST_TEST(std::ranges::count(names, "\"with.dot\"") == 1);
  BOOST_TEST(nix.attribute_names("path:./nowhere", this_system, {}).empty());
  BOOST_TEST(nix.attribute_names("path:./flake", "no-system", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
