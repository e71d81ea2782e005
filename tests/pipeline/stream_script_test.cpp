#include "fakes/image_archive.hpp"
#include "pipeline/pipeline_world.hpp"
#include "pipeline/stream_script.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using pipeline::conf_of_script;

namespace {

const oci::Platform amd64{.os = "linux", .architecture = "amd64", .variant = {}};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stream_script, tests::PipelineWorld)

BOOST_AUTO_TEST_CASE(the_conf_that_a_script_names) {
  const auto conf = put("x-conf.json", R"({"store_layers": [], "customisation_layer": ""})");
  const auto other = put("other-conf.json", "{}");
  // As makeWrapper of different years quotes it.
  for (const std::string& quoted :
       {conf.string(), "'" + conf.string() + "'", "\"" + conf.string() + "\""}) {
    const auto script = put("script", "#!/bin/sh -e\nexec '" + other.string() + "' /x/stream " +
                                          quoted + "  \"$@\"\n");
    BOOST_REQUIRE(conf_of_script(script).has_value());
    BOOST_TEST(*conf_of_script(script) == conf);
  }
  BOOST_TEST(!conf_of_script(put("script", "#!/bin/sh\nexec " + other.string())).has_value());
  BOOST_TEST(!conf_of_script(put("script", "exec " + conf.string())).has_value());
  BOOST_TEST(!conf_of_script(folder.path()).has_value());
}

BOOST_AUTO_TEST_CASE(scripts_that_can_be_run) {
  BOOST_TEST(pipeline::is_runnable_script(put("a", "#!/bin/sh\n", true)));
  BOOST_TEST(!pipeline::is_runnable_script(put("b", "#!/bin/sh\n")));
  BOOST_TEST(!pipeline::is_runnable_script(put("c",
                                               "\x7f"
                                               "ELF",
                                               true)));
}

BOOST_AUTO_TEST_CASE(what_a_script_writes_is_read) {
  const fakes::ImageArchive archive({fakes::layer_tar("hello")});
  const auto tar = put("archive.tar", archive.bytes());
  const auto script = put("stream-x", "#!/bin/sh\nexec cat " + tar.string() + "\n", true);
  const auto images = pipeline::run_stream_script(script, amd64, world, {});
  BOOST_REQUIRE(images.size() == 1U);
  BOOST_TEST(images[0].config == archive.config);
  BOOST_TEST(images[0].names.at(0).familiar() == "example:1");
  // The file has gone, its bytes have not.
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

BOOST_AUTO_TEST_CASE(a_script_that_fails_is_quoted) {
  const auto script = put("stream-x", "#!/bin/sh\necho no such thing >&2\nexit 3\n", true);
  BOOST_CHECK_EXCEPTION((void)pipeline::run_stream_script(script, amd64, world, {}), Error,
                        [](const Error& error) {
                          return error.kind() == ErrorKind::failed &&
                                 error.detail().find("no such thing") != std::string::npos;
                        });
  BOOST_TEST((reporter.outcome_of("run stream-x") == progress::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(a_script_without_end_is_cancelled) {
  const auto script = put("stream-x", "#!/bin/sh\nwhile :; do echo; done\n", true);
  const CancelSource source;
  source.raise(CancelLevel::graceful);
  BOOST_CHECK_EXCEPTION((void)pipeline::run_stream_script(script, amd64, world, source.token()),
                        Error,
                        [](const Error& error) { return error.kind() == ErrorKind::cancelled; });
}

BOOST_AUTO_TEST_SUITE_END()
