#include "vm/set_up.hpp"

#include "support/error.hpp"
#include "support/format.hpp"
#include "vm/probe.hpp"

namespace nixbuild::vm {

namespace {

// Another one each second, so that it is really built. Its path is a hundred bytes.
constexpr const char* trial =
    "derivation { name = \"docker-nixbuild-trial\"; system = builtins.currentSystem; "
    "builder = \"/bin/sh\"; args = [ \"-c\" \"echo works > $out\" ]; "
    "now = toString builtins.currentTime; }";

std::vector<std::string> as_root(const Guest& guest, const std::vector<std::string>& argv) {
  if (guest.rights == Rights::root) return argv;
  std::vector<std::string> words{"sudo", "-n", "--"};
  words.insert(words.end(), argv.begin(), argv.end());
  return words;
}

void do_step(const Step& step, const Guest& guest, const GuestPlace& place, process::Runner& runner,
             progress::Reporter& reporter, const CancelToken& cancel) {
  progress::as_step(reporter, step.what, [&](progress::Step& shown) {
    const auto argv = as_root(guest, step.argv);
    const auto ended = step.upload ? send_to(place, argv, *step.upload, shown, runner, cancel)
                                   : run_shown(place, argv, shown, runner, cancel);
    if (ended.status.success()) return;
    throw Error(ErrorKind::failed, format("\"{}\" failed on {}", step.what, place.peer))
        .with_detail(ended.err.empty() ? ended.out : ended.err)
        .with_hint("what was done stays there: the same command again goes on, and with "
                   "--uninstall it takes everything back");
  });
}

} // namespace

Guest probe(const GuestPlace& place, process::Runner& runner, const CancelToken& cancel) {
  return with_frame(format("looking at {}", place.peer), [&] {
    return parse_probe(run_in(place, probe_command(), runner, cancel).out);
  });
}

void carry_out(const SetupPlan& plan, const Guest& guest, const GuestPlace& place,
               process::Runner& runner, progress::Reporter& reporter, const CancelToken& cancel) {
  for (const Step& step : plan.steps)
    do_step(step, guest, place, runner, reporter, cancel);
}

Guest try_out(const GuestPlace& place, process::Runner& runner, progress::Reporter& reporter,
              const CancelToken& cancel) {
  return progress::as_step(
      reporter, format("build something small on {}", place.peer), [&](progress::Step& step) {
        Guest guest = probe(place, runner, cancel);
        if (guest.nix.program.empty() || !guest.nix.works) {
          throw Error(ErrorKind::failed, format("Nix does not work on {}", place.peer))
              .with_detail(guest.nix.failure)
              .with_hint("`docker nixbuild vm setup` again takes up what is missing");
        }
        const auto ended =
            run_shown(place,
                      {guest.nix.program, "--extra-experimental-features", "nix-command", "build",
                       "--impure", "--no-link", "--expr", trial},
                      step, runner, cancel);
        if (!ended.status.success()) {
          throw Error(ErrorKind::failed, format("Nix is on {} and does not build", place.peer))
              .with_detail(ended.err);
        }
        return guest;
      });
}

} // namespace nixbuild::vm
