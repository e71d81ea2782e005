#include "pipeline/offered_sources.hpp"
#include "pipeline/pipeline_world.hpp"
#include "pipeline/remote_job.hpp"
#include "pipeline/serve_job.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

using namespace nixbuild;
using namespace nixbuild::pipeline;

namespace {

class Unasked final : public agent::Conversation {
public:
  std::string ask(std::string_view /*question*/, archive::Source& /*data*/,
                  archive::Sink& /*received*/) override {
    BOOST_FAIL("nothing is to be asked");
    return {};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(remote_job, tests::PipelineWorld)

BOOST_AUTO_TEST_CASE(a_job_arrives_whole) {
  const RemoteJob job{
      .task = RemoteTask::inspect,
      .requests = {{.name = "web", .request = {.installable = ".#a"}},
                   {.name = "db", .request = {.installable = ".#b"}}},
      .project = "host:/home/me/p",
      .engine_socket = "/run/x.sock",
      .sources = {{.root = "/a", .is_git = true, .reference = "/a/sub", .mark = "/a/m"},
                  {.root = "/b", .subfolder = "sub", .override_input = 3}},
      .prune_mode = PruneMode::remove,
      .hand_over = true};
  const RemoteJob arrived = parse_remote_job(to_message(job));
  BOOST_TEST(to_message(arrived) == to_message(job));
  BOOST_TEST((arrived.task == RemoteTask::inspect));
  BOOST_TEST(arrived.requests.at(0).request.installable == ".#a");
  BOOST_TEST(arrived.requests.at(1).request.installable == ".#b");
  BOOST_TEST(arrived.requests.at(1).name == "db");
  BOOST_TEST(arrived.hand_over);
  BOOST_TEST((arrived.prune_mode == PruneMode::remove));
  BOOST_TEST(arrived.sources.at(1).override_input.value() == 3U);
  BOOST_TEST(!arrived.sources.at(0).override_input.has_value());
  BOOST_CHECK_THROW((void)parse_remote_job("{}"), Error);
  BOOST_CHECK_THROW((void)parse_remote_job(to_message(RemoteJob{})), Error);
  std::string unknown = to_message(job);
  unknown.replace(unknown.find("inspect"), 7, "destroy");
  BOOST_CHECK_THROW((void)parse_remote_job(unknown), Error);
}

BOOST_AUTO_TEST_CASE(a_result_arrives_whole) {
  const RemoteResult unable = UnableToBuild{.message = "there is no Nix", .hint = "get it"};
  BOOST_TEST(std::get<UnableToBuild>(parse_remote_result(to_message(unable))).hint == "get it");
  const BuildReport report{.engine = {.platform = {.os = "linux", .architecture = "amd64"}}};
  const RemoteResult built = BuildReports(3, report);
  BOOST_TEST(std::get<BuildReports>(parse_remote_result(to_message(built))).size() == 3U);
  const RemoteResult prunable =
      Prunable{.digests = {.facts = 3, .bytes = 100},
               .compressed = {},
               .evaluations = {},
               .roots = {{.project = "/gone", .files = {"/a", "/a.project"}}},
               .agents = {"/cache/agent-1"},
               .images = {{.id = "sha256:a", .size = 5}}};
  const RemoteResult back = parse_remote_result(to_message(prunable));
  BOOST_TEST(to_message(back) == to_message(prunable));
  BOOST_TEST(std::get<Prunable>(back).roots.at(0).files.at(1) == "/a.project");
  BOOST_TEST(std::get<Prunable>(back).images.at(0).size == 5U);
  const RemoteResult inspected = Inspection{.engine = {}, .engine_error = {}, .images = {}};
  BOOST_TEST(std::holds_alternative<Inspection>(parse_remote_result(to_message(inspected))));
  BOOST_CHECK_THROW((void)parse_remote_result(R"({"reports": ["{}"]})"), Error);
  BOOST_CHECK_THROW((void)parse_remote_result(R"({"inspection": "{}"})"), Error);
}

BOOST_AUTO_TEST_CASE(flakes_here_are_offered_and_others_are_not) {
  put("project/flake.nix", "{}");
  put("input/file", "x");
  BuildRequest request{.installable = "./project#image"};
  request.nix.override_inputs = {{"nixpkgs", "github:a/b"}, {"mine", "path:./input"}};
  const OfferedSources sources = offer_sources(request, folder.path(), *runner, {});
  BOOST_REQUIRE(sources.needs.size() == 2U);
  BOOST_TEST(!sources.needs[0].override_input.has_value());
  BOOST_TEST(sources.needs[1].override_input.value() == 1U);
  BOOST_TEST(sources.needs[1].root == std::filesystem::canonical(folder.path() / "input"));
  BOOST_TEST((sources.needs[1].mark == sources.offer.mark(1)));
}

BOOST_AUTO_TEST_CASE(a_machine_without_nix_says_so_before_anything_else) {
  const Environment empty(std::map<std::string, std::string>{{"HOME", folder.path().string()},
                                                             {"PATH", folder.path().string()}});
  World without_nix{empty, *runner, reporter};
  Unasked client;
  if (std::filesystem::exists("/nix/var/nix/profiles/default/bin/nix")) return;
  const RemoteResult result = parse_remote_result(serve_job("{}", client, without_nix, {}));
  BOOST_TEST(!std::get<UnableToBuild>(result).hint.empty());
}

BOOST_AUTO_TEST_SUITE_END()
