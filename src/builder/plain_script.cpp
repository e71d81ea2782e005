#include "builder/plain_script.hpp"

#include "builder/any_shell.hpp"
#include "nix/discovery.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

namespace nixbuild::builder {

namespace {

using namespace plain_status;

// For any_shell.hpp: one_line() takes the line breaks out. In this order come from stdin: socket,
// engine, configuration, size of the source, installable, number of arguments, arguments; then the
// source.
constexpr std::string_view script = R"sh(
finish() { rm -rf "$d"; };
stop_at_end_of_input() {
  trap "" TERM; cat; kill -0 $$ || exit; kill -TERM 0;
  for second in 1 2 3 4 5; do sleep 1; kill -0 $$ || exit; done; finish; kill -KILL 0;
} >/dev/null 2>&1;
next() { IFS= read -r v || exit $bad_input; v=$(printf "%b." "$v"); v=${v%.}; };

load() {
  if command -v docker >/dev/null; then
    id=$(docker info --format "{{.ID}}") || return 1;
    [ -z "$engine" ] || [ -z "$id" ] || [ "$id" = "$engine" ] || exit $other_engine;
    echo $docker_answers; docker load;
  elif command -v curl >/dev/null; then
    echo $engine_answers;
    curl -sS -X POST -H "Content-Type: application/x-tar" -T - --unix-socket "$socket"
      "http://engine/images/load?quiet=1";
  else exit $no_loader; fi;
};

main() {
  d=; trap finish EXIT; trap "exit 143" HUP INT PIPE TERM;
  next; socket=$v; next; engine=$v; next; config=$v; next; size=$v; next; installable=$v;
  next; left=$v; set --;
  while [ "$left" -gt 0 ]; do next; set -- "$@" "$v"; left=$((left - 1)); done;
  if [ -n "$socket" ]; then export DOCKER_HOST="unix://$socket"; else socket=/var/run/docker.sock; fi;

  find_nix
  [ -n "$nix" ] || exit $no_nix;

  d=$(mktemp -d /tmp/docker-nixbuild.XXXXXX) || exit $cannot_write;
  if [ -n "$size" ]; then
    mkdir "$d/source" || exit $cannot_write;
    head -c "$size" | tar -x -f - -C "$d/source" || exit $cannot_write;
    installable=path:$d/source$installable;
  fi;

  exec 3<&0 </dev/null;
  stop_at_end_of_input <&3 &
  exec 3<&-;

  NIX_CONFIG=$NIX_CONFIG$config "$nix" build --out-link "$d/result" "$@" -- "$installable" 2>&1
    || exit $not_built;

  r=$d/result; [ -f "$r" ] || exit $other_form;
  case $(head -c 2 "$r" 2>/dev/null) in
  "{"*) exit $other_form;;
  "#"?)
    mkfifo "$d/image" "$d/status" || exit $cannot_write;
    { "$r" >"$d/image"; echo $? >"$d/status"; } &
    load <"$d/image" || exit $not_loaded;
    read -r status <"$d/status"; [ "$status" = 0 ] || exit $script_failed;;
  *) load <"$r" || exit $not_loaded;;
  esac;
};
main
)sh";

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text)
    if (c != '\n')
      line += c;
    else if (!line.ends_with(' '))
      line += ' ';
  return line;
}

// `printf %b` there makes the text of it again.
std::string as_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\0') {
      throw Error(ErrorKind::invalid_input, "a NUL byte is in what Nix is to be told");
    }
    if (c == '\\')
      line += "\\\\";
    else if (c == '\n')
      line += "\\n";
    else
      line += c;
  }
  return line + '\n';
}

} // namespace

std::string plain_script() {
  const std::string constants = format(
      "bad_input={} no_nix={} cannot_write={} not_built={} other_form={} script_failed={} "
      "not_loaded={} no_loader={} other_engine={} docker_answers=\"{}\" engine_answers=\"{}\";",
      bad_input, no_nix, cannot_write, not_built, other_form, script_failed, not_loaded, no_loader,
      other_engine, docker_answers, engine_answers);
  std::string body = one_line(script);
  constexpr std::string_view place = "find_nix";
  body.replace(body.find(place), place.size(), nix::find_nix_in_shell());
  return for_any_shell(constants + body);
}

std::string plain_input(const PlainJob& job) {
  std::string input = as_line(job.engine_socket.value_or(""));
  input += as_line(job.engine_id);
  input += as_line(job.nix_config);
  input += as_line(job.source_size ? format("{}", *job.source_size) : "");
  input += as_line(job.installable);
  input += as_line(format("{}", job.nix_arguments.size()));
  for (const std::string& argument : job.nix_arguments)
    input += as_line(argument);
  return input;
}

} // namespace nixbuild::builder
