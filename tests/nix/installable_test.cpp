#include "nix/installable.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

using namespace nixbuild::nix;
using nixbuild::Error;
using nixbuild::ErrorKind;
namespace fs = std::filesystem;

namespace {

const std::string store_name = "0123456789abcdfghijklmnpqrsvwxyz-image.tar.gz";

// A folder with a flake, an image, and a store, that is the current one.
struct Project {
  nixbuild::TempDir folder;
  fs::path before = fs::current_path();
  fs::path store = folder.path() / "nix/store";

  Project() {
    fs::current_path(folder.path());
    fs::create_directory("sub");
    nixbuild::write_file_atomically("image.tar", "x");
    nixbuild::write_file_atomically("default.nix", "{}");
    fs::create_directories(store / "1123456789abcdfghijklmnpqrsvwxyz-layout");
    nixbuild::write_file_atomically(store / store_name, "x");
  }
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;
  ~Project() { fs::current_path(before); }
};

template <class Kind>
Kind parse(std::string_view text, const Options& options = {}) {
  const Installable installable = parse_installable(text, options);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<Kind>(installable),
                        text << " is of kind " << installable.index());
  return std::get<Kind>(installable);
}

auto is(ErrorKind kind) {
  return [kind](const Error& error) { return error.kind() == kind; };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(installable, Project)

BOOST_AUTO_TEST_CASE(flakes_with_a_fragment) {
  const auto plain = parse<FlakeAttribute>(".#image");
  BOOST_TEST(plain.flake == ".");
  BOOST_TEST(plain.fragment == "image");
  BOOST_TEST(parse<FlakeAttribute>("#image").flake == ".");
  const auto url = parse<FlakeAttribute>("git+file:///r?dir=sub&ref=main#a.\"b#c\"");
  BOOST_TEST(url.flake == "git+file:///r?dir=sub&ref=main");
  BOOST_TEST(url.fragment == "a.\"b#c\"");
}

BOOST_AUTO_TEST_CASE(flakes_without_a_fragment) {
  for (const char* text : {".", "./sub", "sub", "path:/r", "git+file:///r", "github:a/b",
                           "./sub?dir=x", ".?dir=sub", "nixpkgs", "nixpkgs/nixos-24.05"}) {
    const auto flake = parse<FlakeAttribute>(text);
    BOOST_TEST(flake.flake == text);
    BOOST_TEST(flake.fragment.empty());
  }
}

BOOST_AUTO_TEST_CASE(built_files) {
  for (const char* text : {"image.tar", "./image.tar", "sub/../image.tar"})
    BOOST_TEST(parse<BuiltFile>(text).path == text);
  BOOST_TEST(parse<BuiltFile>((folder.path() / "image.tar").string()).path.is_absolute());
  fs::create_symlink("image.tar", "link");
  BOOST_TEST(parse<BuiltFile>("link").path == "link");
}

BOOST_AUTO_TEST_CASE(result_links_into_the_store) {
  fs::create_symlink(store / store_name, "result");
  BOOST_TEST(parse<BuiltFile>("./result").path == "./result");
  BOOST_TEST(parse<BuiltFile>("result").path == "result");
  const fs::path layout = store / "1123456789abcdfghijklmnpqrsvwxyz-layout";
  fs::create_symlink(layout, "result-2");
  BOOST_TEST(parse<StorePath>("./result-2").path == fs::canonical(layout));
}

BOOST_AUTO_TEST_CASE(store_paths) {
  const std::string here = (store / store_name).string();
  BOOST_TEST(parse<StorePath>(here).path == here);
  const std::string gone = "/nix/store/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-gone.drv";
  BOOST_TEST(parse<StorePath>(gone).path == gone);
  BOOST_TEST(parse<StorePath>(gone + "^dev").path == gone + "^dev");
  BOOST_TEST(parse<StorePath>(gone + "!dev").path == gone + "!dev");
}

BOOST_AUTO_TEST_CASE(attributes_of_a_file) {
  const Options options{.file = "default.nix"};
  const auto attribute = parse<FileAttribute>("a.b", options);
  BOOST_TEST(attribute.file == "default.nix");
  BOOST_TEST(attribute.attribute == "a.b");
  BOOST_TEST(parse<FileAttribute>("", options).attribute.empty());
  BOOST_TEST(parse<FileAttribute>(".", options).attribute.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_meant) {
  BOOST_CHECK_EXCEPTION((void)parse_installable("", {}), Error, is(ErrorKind::invalid_input));
  for (const char* text :
       {"./nothing", "../nothing", "/nothing", "nothing.tar.gz", "x/nothing.tar"})
    BOOST_CHECK_EXCEPTION((void)parse_installable(text, {}), Error, is(ErrorKind::not_found));
  BOOST_CHECK_EXCEPTION((void)parse_installable("./default.nix", {}), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::invalid_input &&
                                 error.hint().find("--file ./default.nix") != std::string::npos;
                        });
  fs::create_symlink("loop", "loop");
  BOOST_CHECK_THROW((void)parse_installable("./loop", {}), Error);
}

BOOST_AUTO_TEST_CASE(as_the_user_writes_it) {
  BOOST_TEST(to_string(FlakeAttribute{".", "image"}) == ".#image");
  BOOST_TEST(to_string(FlakeAttribute{"path:/r", ""}) == "path:/r");
  BOOST_TEST(to_string(FileAttribute{"f.nix", "a.b"}) == "--file f.nix a.b");
  BOOST_TEST(to_string(FileAttribute{"f.nix", ""}) == "--file f.nix");
  BOOST_TEST(to_string(StorePath{"/nix/store/x"}) == "/nix/store/x");
  BOOST_TEST(to_string(BuiltFile{"./result"}) == "./result");
}

BOOST_AUTO_TEST_CASE(copy_of_a_flake_is_called_as_the_user_calls_it) {
  Options options;
  options.shown_flake = ".";
  const auto copy = parse<FlakeAttribute>("path:/copy#image", options);
  BOOST_TEST(copy.flake == "path:/copy");
  BOOST_TEST(to_string(copy) == ".#image");
}

BOOST_AUTO_TEST_SUITE_END()
