#include "pipeline/client_sources.hpp"
#include "pipeline/offered_sources.hpp"
#include "pipeline/pipeline_world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <iterator>

using namespace nixbuild;
using namespace nixbuild::pipeline;
namespace fs = std::filesystem;

namespace {

// The client and the agent are the same machine here, so that they see the same folders.
struct Fixture : tests::PipelineWorld {
  fs::path top = fs::canonical(folder.path());

  RemoteJob use(const BuildRequest& request, bool seen = true) { return use(request, seen, world); }
  RemoteJob use(const BuildRequest& request, bool seen, World& agents_world) {
    OfferedSources sources = offer_sources(request, top, *runner, {});
    RemoteJob job{.requests = {{.name = {}, .request = request}},
                  .project = {},
                  .engine_socket = {},
                  .sources = sources.needs};
    if (!seen)
      for (SourceNeed& need : job.sources)
        need.mark.reset();
    const auto ask = [&](const std::string& question, archive::Sink& data) {
      return sources.offer.answer(question, data);
    };
    use_client_sources(job, ask, agents_world, {});
    return job;
  }
  void git(std::initializer_list<std::string> words) {
    process::Command command{.argv = {"git", "-C", top.string()}};
    command.argv.insert(command.argv.end(), words);
    BOOST_REQUIRE(process::capture(*runner, command, {}).status.success());
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_sources, Fixture)

BOOST_AUTO_TEST_CASE(a_folder_that_is_seen_is_used_in_place) {
  put("project/flake.nix", "{}");
  put("input/flake.nix", "{}");
  BuildRequest request{.installable = "./project#image"};
  request.nix.override_inputs = {{"other", "github:a/b"}, {"mine", "path:./input"}};
  const RemoteJob job = use(request);
  BOOST_TEST(job.requests.front().request.installable == (top / "project").string() + "#image");
  BOOST_TEST(job.requests.front().request.nix.shown_flake == "./project");
  BOOST_TEST(job.requests.front().request.nix.override_inputs[0].second == "github:a/b");
  BOOST_TEST(job.requests.front().request.nix.override_inputs[1].second ==
             "path:" + (top / "input").string());
  BOOST_TEST(!job.requests.front().request.nix.no_write_lock_file);
  BOOST_TEST(std::distance(fs::directory_iterator(top / "project"), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(all_requests_of_a_job_use_the_one_copy) {
  put("flake.nix", "{}");
  OfferedSources sources = offer_sources({.installable = "path:.#web"}, top, *runner, {});
  RemoteJob job{.requests = {{.name = "web", .request = {.installable = "path:.#web"}},
                             {.name = "db", .request = {.installable = "path:.#db"}}},
                .project = {},
                .engine_socket = {},
                .sources = sources.needs};
  job.sources.front().mark.reset();
  std::vector<std::string> questions;
  const auto ask = [&](const std::string& question, archive::Sink& data) {
    questions.push_back(question);
    return sources.offer.answer(question, data);
  };
  use_client_sources(job, ask, world, {});
  const auto flake_of = [&](std::size_t index, const std::string& fragment) {
    const std::string& installable = job.requests[index].request.installable;
    BOOST_TEST(installable.ends_with(fragment), installable);
    return installable.substr(0, installable.find('#'));
  };
  BOOST_TEST(flake_of(0, "#web") == flake_of(1, "#db"));
  BOOST_TEST(flake_of(0, "#web").contains("/sources/trees/"));
  for (const auto& [name, request] : job.requests) {
    BOOST_TEST(request.nix.no_write_lock_file);
    BOOST_TEST(request.nix.shown_flake == "path:.");
  }
  std::ranges::sort(questions);
  BOOST_TEST((std::ranges::adjacent_find(questions) == questions.end())); // nothing comes twice
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_seen_is_brought) {
  put("flake.nix", "{}");
  put("sub/flake.nix", "{}");
  const RemoteJob job = use({.installable = "path:.?dir=sub#image"}, false);
  const std::string& flake = job.requests.front().request.installable;
  BOOST_TEST(flake.starts_with("path:"), flake);
  BOOST_TEST(flake.contains("/sources/trees/"), flake);
  BOOST_TEST(flake.contains("/files?dir=sub&lastModified="), flake);
  BOOST_TEST(flake.ends_with("#image"), flake);
  BOOST_TEST(job.requests.front().request.nix.no_write_lock_file);
  BOOST_TEST((reporter.outcome_of("transfer sources") == progress::Outcome::done));
}

BOOST_AUTO_TEST_CASE(what_was_brought_before_is_cached) {
  put("project/flake.nix", "{}");
  const RemoteJob first = use({.installable = "path:project#image"}, false);
  fakes::RecordingReporter second_run;
  World again{environment, *runner, second_run};
  const RemoteJob second = use({.installable = "path:project#image"}, false, again);
  BOOST_TEST(second.requests.front().request.installable ==
             first.requests.front().request.installable);
  BOOST_TEST((second_run.outcome_of("transfer sources") == progress::Outcome::cached));
}

BOOST_AUTO_TEST_CASE(a_work_tree_that_is_seen_is_used_in_place) {
  put("flake.nix", "{}");
  git({"init", "-q"});
  const RemoteJob job = use({.installable = ".#image"});
  BOOST_TEST(job.requests.front().request.installable == top.string() + "#image");
  BOOST_TEST(!job.requests.front().request.nix.no_write_lock_file);
}

BOOST_AUTO_TEST_CASE(of_a_dirty_work_tree_nix_s_warning_is_given) {
  put("flake.nix", "{}");
  git({"init", "-q"});
  git({"add", "."});
  (void)use({.installable = ".#image"}, false);
  const auto lines = reporter.log_of("transfer sources");
  BOOST_TEST(std::ranges::count(lines, "warning: Git tree '" + top.string() + "' is dirty") == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_when_no_flake_is_on_the_client) {
  RemoteJob job{.requests = {{.name = {}, .request = {.installable = "github:a/b#c"}}},
                .project = {},
                .engine_socket = {}};
  const auto ask = [](const std::string&, archive::Sink&) -> std::string {
    BOOST_FAIL("nothing is to be asked");
    return {};
  };
  use_client_sources(job, ask, world, {});
  BOOST_TEST(job.requests.front().request.installable == "github:a/b#c");
}

BOOST_AUTO_TEST_SUITE_END()
