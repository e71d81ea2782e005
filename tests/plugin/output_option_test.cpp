#include "plugin/output_option.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild::plugin;
using nixbuild::Error;
using nixbuild::archive::Compression;
using nixbuild::pipeline::FileOutput;
using nixbuild::pipeline::LoadOutput;
using nixbuild::pipeline::Output;
using nixbuild::pipeline::PushOutput;
using nixbuild::sink::FileFormat;

namespace {

bool is_parsed_as(const std::string& text, const Output& expected) {
  return parse_output(text).output == expected;
}

std::string refusal(const std::string& text) {
  try {
    (void)parse_output(text);
  } catch (const Error& error) {
    return error.message() + " | " + error.hint();
  }
  return "accepted";
}

} // namespace

BOOST_AUTO_TEST_SUITE(output_option)

BOOST_AUTO_TEST_CASE(short_forms) {
  BOOST_TEST(is_parsed_as(
      "out", FileOutput{.format = FileFormat::tar, .destination = "out", .folder = true}));
  BOOST_TEST(is_parsed_as(
      "./a=b", FileOutput{.format = FileFormat::tar, .destination = "./a=b", .folder = true}));
  BOOST_TEST(is_parsed_as("-", FileOutput{.format = FileFormat::tar}));
}

BOOST_AUTO_TEST_CASE(files_and_folders) {
  BOOST_TEST(is_parsed_as("type=oci,dest=a.tar",
                          FileOutput{.format = FileFormat::oci, .destination = "a.tar"}));
  BOOST_TEST(is_parsed_as("type=oci", FileOutput{.format = FileFormat::oci}));
  BOOST_TEST(is_parsed_as("type=docker,dest=-", FileOutput{.format = FileFormat::docker}));
  BOOST_TEST(
      is_parsed_as("type=oci,tar=false,dest=d",
                   FileOutput{.format = FileFormat::oci, .destination = "d", .folder = true}));
  BOOST_TEST(is_parsed_as("type=tar", FileOutput{.format = FileFormat::tar}));
  BOOST_TEST(
      is_parsed_as("type=local,dest=d",
                   FileOutput{.format = FileFormat::tar, .destination = "d", .folder = true}));
  BOOST_TEST(is_parsed_as(R"(type=oci,"dest=a,b.tar","name=a,ghcr.io/b:1",compression=zstd)",
                          FileOutput{.format = FileFormat::oci,
                                     .destination = "a,b.tar",
                                     .compression = Compression::zstd,
                                     .names = {"a", "ghcr.io/b:1"}}));
}

BOOST_AUTO_TEST_CASE(engines) {
  BOOST_TEST(is_parsed_as("type=docker", LoadOutput{}));
  BOOST_TEST(is_parsed_as("type=docker,context=vm", LoadOutput{.context = "vm"}));
  BOOST_TEST(is_parsed_as("type=image", LoadOutput{}));
  BOOST_TEST(is_parsed_as("type=image,push=false", LoadOutput{}));
  BOOST_TEST((parse_output("type=image,compression=zstd").not_to_load ==
              std::vector<std::string>{"compression"}));
}

BOOST_AUTO_TEST_CASE(registries) {
  BOOST_TEST(is_parsed_as("type=registry", PushOutput{}));
  BOOST_TEST(is_parsed_as("type=image,push=true", PushOutput{}));
  BOOST_TEST(is_parsed_as(
      "type=image,push=true,name=ghcr.io/a/b,push-by-digest=true,registry.insecure=true,"
      "compression=uncompressed,force-compression=true",
      PushOutput{.compression = Compression::none,
                 .force_compression = true,
                 .by_digest = true,
                 .insecure = true,
                 .authorities = {},
                 .names = {"ghcr.io/a/b"}}));
  BOOST_TEST((parse_output("type=image").when_pushed == PushOutput{}));
  BOOST_TEST(!parse_output("type=docker").when_pushed.has_value());
}

BOOST_AUTO_TEST_CASE(annotations) {
  const OutputOption option = parse_output(
      "type=registry,annotation.org.a=1,annotation-manifest.b=2,annotation-index.c=x=y");
  BOOST_TEST(option.manifest_annotations.at("org.a") == "1");
  BOOST_TEST(option.manifest_annotations.at("b") == "2");
  BOOST_TEST(option.index_annotations.at("c") == "x=y");
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal("") == "invalid output \"\": it is empty | ");
  BOOST_TEST(refusal("dest=x").contains("it has no type"));
  BOOST_TEST(refusal("type=oci,dest") == "invalid output \"type=oci,dest\": \"dest\" is not "
                                         "KEY=VALUE | ");
  BOOST_TEST(refusal("type=dokcer").ends_with("there is no type dokcer | Did you mean docker?"));
  BOOST_TEST(refusal("type=cacheonly,x=y")
                 .ends_with("There are docker, image, local, oci, registry, tar."));
  BOOST_TEST(refusal("type=oci,detination=x").contains("type=oci has no detination"));
  BOOST_TEST(refusal("type=registry,compresion=zstd").ends_with("Did you mean compression?"));
  BOOST_TEST(refusal("type=local,dest=x,name=y").contains("type=local has no name"));
  BOOST_TEST(refusal("type=tar,annotation.a=b").contains("has no annotation.a"));
  BOOST_TEST(refusal("type=oci,annotation.=b").contains("has no annotation."));
  BOOST_TEST(refusal("type=local").contains("a folder needs dest=FOLDER"));
  BOOST_TEST(refusal("type=oci,tar=false,dest=-").contains("a folder needs dest=FOLDER"));
  BOOST_TEST(refusal("type=oci,dest=x,tar=maybe").contains("tar=maybe is neither true nor false"));
  BOOST_TEST(refusal("type=registry,compression=xz").contains("unknown compression \"xz\""));
  BOOST_TEST(refusal("type=docker,dest=x,context=y").contains("not both"));
  BOOST_TEST(refusal("type=registry,name=Bad:TAG").contains("repository name must be lowercase"));
  BOOST_TEST(refusal("type=registry,name=a@sha256:" + std::string(64, 'a'))
                 .contains("cannot hold a digest"));
}

BOOST_AUTO_TEST_SUITE_END()
