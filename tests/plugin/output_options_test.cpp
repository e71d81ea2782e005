#include "plugin/build_command.hpp"
#include "plugin/build_options.hpp"
#include "plugin/fake_world.hpp"
#include "plugin/output_options.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Environment;
using nixbuild::Error;
using nixbuild::TempDir;
using nixbuild::archive::Compression;
using nixbuild::pipeline::BuildRequest;
using nixbuild::pipeline::FileOutput;
using nixbuild::pipeline::LoadOutput;
using nixbuild::pipeline::Output;
using nixbuild::pipeline::PushOutput;
using nixbuild::sink::FileFormat;
using Outputs = std::vector<Output>;

namespace {

BuildRequest parse(const std::vector<std::string>& arguments,
                   UsualOutput usual = UsualOutput::load) {
  static const OptionTable table = build_options();
  const ParsedOptions options = parse_options(table, arguments, Until::end);
  return parse_build_call(options, {}, Environment(), usual).request;
}

bool gives(const std::vector<std::string>& arguments, const Outputs& expected,
           UsualOutput usual = UsualOutput::load) {
  return parse(arguments, usual).outputs == expected;
}

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    (void)parse(arguments);
  } catch (const Error& error) {
    return error.message();
  }
  return "accepted";
}

std::string refusal_of(const Outputs& outputs, bool terminal = false) {
  testing::CapturedOutput out;
  if (terminal) out.size = nixbuild::progress::TerminalSize{};
  try {
    check_outputs(outputs, out);
  } catch (const Error& error) {
    return error.message();
  }
  return "accepted";
}

} // namespace

BOOST_AUTO_TEST_SUITE(output_options)

BOOST_AUTO_TEST_CASE(load_is_usual) {
  BOOST_TEST(gives({}, {LoadOutput{}}));
  BOOST_TEST(gives({"--load"}, {LoadOutput{}}));
  BOOST_TEST(gives({"--load", "-o", "type=docker"}, {LoadOutput{}}));
  BOOST_TEST(gives({"--load", "-o", "type=docker,context=vm"},
                   {LoadOutput{.context = "vm"}, LoadOutput{}}));
}

BOOST_AUTO_TEST_CASE(push) {
  BOOST_TEST(gives({"--push", "-t", "a"}, {PushOutput{}}));
  BOOST_TEST(gives({"--push", "--load", "-t", "a"}, {PushOutput{}, LoadOutput{}}));
  BOOST_TEST(gives({"-t", "a"}, {PushOutput{}}, UsualOutput::push));
  BOOST_TEST(gives({"-t", "a", "--load"}, {PushOutput{}, LoadOutput{}}, UsualOutput::push));
}

BOOST_AUTO_TEST_CASE(push_flips_images) {
  BOOST_TEST(gives({"--push", "-t", "a", "-o", "type=image,compression=zstd"},
                   {PushOutput{.compression = Compression::zstd}}));
  BOOST_TEST(gives({"--push", "-t", "a", "-o", "type=oci,dest=x"},
                   {FileOutput{.format = FileFormat::oci, .destination = "x"}, PushOutput{}}));
}

BOOST_AUTO_TEST_CASE(several_outputs) {
  BOOST_TEST(gives({"-o", "type=oci,dest=x", "-o", "out", "-o", "type=oci,dest=x"},
                   {FileOutput{.format = FileFormat::oci, .destination = "x"},
                    FileOutput{.format = FileFormat::tar, .destination = "out", .folder = true}}));
}

BOOST_AUTO_TEST_CASE(how_it_is_pushed) {
  const TempDir folder;
  const std::string file = folder.path() / "ca.pem";
  nixbuild::write_file_atomically(file, "");
  BOOST_TEST(gives({"--push", "-t", "a", "--compression", "zstd", "--force-compression",
                    "--insecure", "--registry-ca", file},
                   {PushOutput{.compression = Compression::zstd,
                               .force_compression = true,
                               .insecure = true,
                               .authorities = file,
                               .names = {}}}));
  BOOST_TEST(gives({"--push", "-t", "a", "--push-from", "engine"},
                   {PushOutput{.authorities = {}, .names = {}, .from_engine = true}}));
  BOOST_TEST(gives({"--push", "-t", "a", "--push-from=client"}, {PushOutput{}}));
}

BOOST_AUTO_TEST_CASE(compression_of_an_output_itself_counts) {
  BOOST_TEST(gives({"--compression=none", "-o", "type=registry,compression=zstd,name=a", "-o",
                    "type=oci,dest=x"},
                   {PushOutput{.compression = Compression::zstd, .authorities = {}, .names = {"a"}},
                    FileOutput{.format = FileFormat::oci, .destination = "x"}}));
  BOOST_TEST(
      gives({"--compression=zstd", "-o", "type=oci,dest=x"},
            {FileOutput{
                .format = FileFormat::oci, .destination = "x", .compression = Compression::zstd}}));
}

BOOST_AUTO_TEST_CASE(annotations) {
  const BuildRequest request =
      parse({"--annotation", "a=1", "--annotation", "index:b=2", "--annotation",
             "manifest,index:c=x:y=z", "-o", "type=oci,dest=x,annotation.d=4,annotation.a=5"});
  const std::map<std::string, std::string> manifest{{"a", "1"}, {"c", "x:y=z"}, {"d", "4"}};
  const std::map<std::string, std::string> index{{"b", "2"}, {"c", "x:y=z"}};
  BOOST_TEST((request.manifest_annotations == manifest));
  BOOST_TEST((request.index_annotations == index));
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal({"--push"}) == "tag is needed when pushing to a registry");
  BOOST_TEST(refusal({"-o", "type=registry"}) == "tag is needed when pushing to a registry");
  BOOST_TEST(refusal({"-o", "type=registry,name=a"}) == "accepted");
  BOOST_TEST(refusal({"--compression", "xz", "--push", "-t", "a"}) == "unknown compression \"xz\"");
  BOOST_TEST(refusal({"--push-from", "moon", "--push", "-t", "a"}) == "cannot push from \"moon\"");
  BOOST_TEST(refusal({"--insecure"}) == "--insecure is for images that are pushed");
  BOOST_TEST(refusal({"--compression=zstd"}) ==
             "--compression is for images that are pushed or written to a file");
  BOOST_TEST(refusal({"--compression=zstd", "-o", "out"}).starts_with("--compression is for"));
  BOOST_TEST(refusal({"--push", "-t", "a", "--push-from=engine", "--compression=zstd"}) ==
             "--compression is not for images that the engine pushes");
  BOOST_TEST(refusal({"-o", "type=image,name=x"}) ==
             "name has no meaning for an image that is loaded");
  BOOST_TEST(refusal({"--push", "-t", "a", "--registry-ca", "/nonexistent/ca.pem"}) ==
             "there is no file of certificates /nonexistent/ca.pem");
  BOOST_TEST(refusal({"--annotation", "a"}).contains("it is not KEY=VALUE"));
  BOOST_TEST(refusal({"--annotation", "=a"}).contains("it has no key"));
  BOOST_TEST(refusal({"--annotation", "index-descriptor:a=b"}).contains("\"index-descriptor\""));
}

BOOST_AUTO_TEST_CASE(places_are_checked) {
  const TempDir folder;
  const std::string here = folder.path();
  const std::string file = folder.path() / "file";
  nixbuild::write_file_atomically(file, "");
  BOOST_TEST(refusal_of({FileOutput{.destination = file}}) == "accepted");
  BOOST_TEST(refusal_of({FileOutput{.destination = here + "/new"}}) == "accepted");
  BOOST_TEST(refusal_of({FileOutput{.destination = here + "/a/b", .folder = true}}) == "accepted");
  BOOST_TEST(refusal_of({FileOutput{.destination = here}}).ends_with(": it is a folder"));
  BOOST_TEST(refusal_of({FileOutput{.destination = here + "/a/b"}}).contains("there is no folder"));
  BOOST_TEST(
      refusal_of({FileOutput{.destination = file, .folder = true}}).ends_with(": it is a file"));
}

BOOST_AUTO_TEST_CASE(standard_output_takes_one_image_and_no_terminal) {
  BOOST_TEST(refusal_of({FileOutput{}}) == "accepted");
  BOOST_TEST(refusal_of({FileOutput{}}, true) == "refusing to write the image to the terminal");
  BOOST_TEST(refusal_of({LoadOutput{}, PushOutput{}}, true) == "accepted");
  BOOST_TEST(refusal_of({FileOutput{}, FileOutput{.format = FileFormat::tar}}) ==
             "several outputs go to standard output");
  BOOST_TEST(writes_to_standard_output({LoadOutput{}, FileOutput{}}));
  BOOST_TEST(!writes_to_standard_output({LoadOutput{}, FileOutput{.destination = "x"}}));
}

BOOST_AUTO_TEST_SUITE_END()
