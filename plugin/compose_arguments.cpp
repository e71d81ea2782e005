#include "plugin/compose_arguments.hpp"

#include "plugin/option_reader.hpp"
#include "plugin/parse_bool.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nixbuild::plugin {

namespace {

// docker/compose cmd/compose: which options there are, and which of them take a value, tells words
// from values.

const OptionTable& global_options() {
  static const OptionTable table{
      {.name = "all-resources"},
      {.name = "ansi", .values = {"WHEN"}},
      {.name = "compatibility"},
      {.name = "dry-run"},
      {.name = "env-file", .values = {"FILE"}, .repeatable = true},
      {.name = "file", .letter = 'f', .values = {"FILE"}, .repeatable = true},
      {.name = "insecure-registry", .values = {"NAME"}, .repeatable = true},
      {.name = "no-ansi"},
      {.name = "parallel", .values = {"N"}},
      {.name = "profile", .values = {"NAME"}, .repeatable = true},
      {.name = "progress", .values = {"MODE"}},
      {.name = "project-directory", .values = {"FOLDER"}},
      {.name = "project-name", .letter = 'p', .values = {"NAME"}},
      {.name = "recreate"}, // ours
      {.name = "verbose"},
      {.name = "watch"}, // ours
      {.name = "workdir", .values = {"FOLDER"}},
  };
  return table;
}

// A command that starts or builds services.
struct Starter {
  std::string_view name;
  OptionTable options;
  bool first_word_only = false; // the others are a command for the container
};

const std::array<Starter, 5>& starters() {
  static const std::array<Starter, 5> all{{
      {.name = "build",
       .options = {{.name = "build-arg", .values = {"X"}},
                   {.name = "builder", .values = {"X"}},
                   {.name = "check"},
                   {.name = "compress"},
                   {.name = "force-rm"},
                   {.name = "memory", .letter = 'm', .values = {"X"}},
                   {.name = "no-cache"},
                   {.name = "no-rm"},
                   {.name = "parallel"},
                   {.name = "print"},
                   {.name = "progress", .values = {"X"}},
                   {.name = "provenance", .values = {"X"}},
                   {.name = "pull"},
                   {.name = "push"},
                   {.name = "quiet", .letter = 'q'},
                   {.name = "sbom", .values = {"X"}},
                   {.name = "ssh", .values = {"X"}},
                   {.name = "with-dependencies"}}},
      {.name = "create",
       .options = {{.name = "build"},
                   {.name = "force-recreate"},
                   {.name = "no-build"},
                   {.name = "no-recreate"},
                   {.name = "pull", .values = {"X"}},
                   {.name = "quiet-pull"},
                   {.name = "remove-orphans"},
                   {.name = "scale", .values = {"X"}},
                   {.name = "yes", .letter = 'y'}}},
      {.name = "run",
       .options = {{.name = "build"},
                   {.name = "cap-add", .values = {"X"}},
                   {.name = "cap-drop", .values = {"X"}},
                   {.name = "detach", .letter = 'd'},
                   {.name = "entrypoint", .values = {"X"}},
                   {.name = "env", .letter = 'e', .values = {"X"}},
                   {.name = "env-from-file", .values = {"X"}},
                   {.name = "interactive", .letter = 'i'},
                   {.name = "label", .letter = 'l', .values = {"X"}},
                   {.name = "name", .values = {"X"}},
                   {.name = "no-TTY", .letter = 'T'},
                   {.name = "no-deps"},
                   {.name = "publish", .letter = 'p', .values = {"X"}},
                   {.name = "pull", .values = {"X"}},
                   {.name = "quiet", .letter = 'q'},
                   {.name = "quiet-build"},
                   {.name = "quiet-pull"},
                   {.name = "remove-orphans"},
                   {.name = "rm"},
                   {.name = "service-ports", .letter = 'P'},
                   {.name = "tty", .letter = 't'},
                   {.name = "use-aliases"},
                   {.name = "user", .letter = 'u', .values = {"X"}},
                   {.name = "volume", .letter = 'v', .values = {"X"}},
                   {.name = "workdir", .letter = 'w', .values = {"X"}}},
       .first_word_only = true},
      {.name = "up",
       .options = {{.name = "abort-on-container-exit"},
                   {.name = "abort-on-container-failure"},
                   {.name = "always-recreate-deps"},
                   {.name = "attach", .values = {"X"}},
                   {.name = "attach-dependencies"},
                   {.name = "build"},
                   {.name = "detach", .letter = 'd'},
                   {.name = "exit-code-from", .values = {"X"}},
                   {.name = "force-recreate"},
                   {.name = "menu"},
                   {.name = "no-attach", .values = {"X"}},
                   {.name = "no-build"},
                   {.name = "no-color"},
                   {.name = "no-deps"},
                   {.name = "no-log-prefix"},
                   {.name = "no-recreate"},
                   {.name = "no-start"},
                   {.name = "pull", .values = {"X"}},
                   {.name = "quiet-build"},
                   {.name = "quiet-pull"},
                   {.name = "remove-orphans"},
                   {.name = "renew-anon-volumes", .letter = 'V'},
                   {.name = "scale", .values = {"X"}},
                   {.name = "timeout", .letter = 't', .values = {"X"}},
                   {.name = "timestamps"},
                   {.name = "wait"},
                   {.name = "wait-timeout", .values = {"X"}},
                   {.name = "watch", .letter = 'w'},
                   {.name = "yes", .letter = 'y'}}},
      {.name = "watch", .options = {{.name = "no-up"}, {.name = "prune"}, {.name = "quiet"}}},
  }};
  return all;
}

bool is_on(const Token& token) {
  return token.values.empty() || parse_bool(token.values.front()).value_or(false);
}

// Nothing of ours to do: help is asked for, or nothing is to be built.
bool wants_no_images(const Token& token, std::string_view name) {
  return (name == "no-build" || name == "help" || name == "print" || name == "check") &&
         is_on(token);
}

void read_global(const Token& token, ComposeArguments& parsed) {
  if (token.kind != Token::Kind::option) return;
  const std::string_view name = token.option->name;
  if (name == "file") parsed.place.files.push_back(token.values.front());
  if (name == "project-directory" || name == "workdir")
    parsed.place.directory = token.values.front();
  if (name == "progress") parsed.progress = token.values.front();
  if (name == "dry-run") parsed.dry_run = is_on(token);
  if (name == "watch") parsed.watch = is_on(token);
  if (name == "recreate") parsed.recreate = is_on(token);
}

bool is_ours(const Token& token) {
  return token.kind == Token::Kind::option &&
         (token.option->name == "watch" || token.option->name == "recreate");
}

// Of `up`: how many containers a service has, and what becomes of the old ones.
void note_for_recreation(const Token& token, ComposeArguments& parsed) {
  const std::string_view name = token.option->name;
  if ((name == "detach" || name == "wait") && is_on(token)) parsed.detached = true;
  if (name == "scale" || name == "timeout")
    parsed.for_recreation.push_back(format("--{}={}", name, token.values.front()));
  if (name == "renew-anon-volumes" && is_on(token))
    parsed.for_recreation.push_back("--renew-anon-volumes");
}

OptionTable options_behind(const Starter& starter) {
  OptionTable table = starter.options;
  table.push_back({.name = "help", .letter = 'h'});
  table.push_back({.name = "dry-run"}); // the only one that Compose takes in front of and behind it
  return table;
}

void read_command(const Starter& starter, std::span<const std::string> arguments,
                  ComposeArguments& parsed) {
  parsed.needs_images = true;
  const OptionTable table = options_behind(starter);
  OptionReader reader(table, arguments);
  while (const auto token = reader.next()) {
    if (token->kind == Token::Kind::word) {
      parsed.services.push_back(token->text);
      if (starter.first_word_only) return;
    }
    if (token->kind == Token::Kind::unknown) parsed.knows_services = false;
    if (token->kind != Token::Kind::option) continue;
    if (token->option->name == "dry-run") parsed.dry_run = is_on(*token);
    if (token->option->name == "no-deps") parsed.without_dependencies = is_on(*token);
    if (starter.name == "up") note_for_recreation(*token, parsed);
    if (wants_no_images(*token, token->option->name)) parsed.needs_images = false;
  }
}

} // namespace

ComposeArguments parse_compose_arguments(std::span<const std::string> arguments) {
  ComposeArguments parsed;
  parsed.forwarded.assign(arguments.begin(), arguments.end());
  OptionReader reader(global_options(), arguments);
  std::ptrdiff_t ours = 0;
  while (const auto token = reader.next()) {
    const auto index = static_cast<std::ptrdiff_t>(token->index);
    if (is_ours(*token)) parsed.forwarded.erase(parsed.forwarded.begin() + index - ours++);
    if (token->kind == Token::Kind::word) {
      parsed.command = token->text;
      const auto place = parsed.forwarded.begin() + index - ours;
      parsed.global.assign(parsed.forwarded.begin(), place);
      const auto starter = std::ranges::find(starters(), token->text, &Starter::name);
      if (starter != starters().end())
        read_command(*starter, arguments.subspan(token->index + 1), parsed);
      return parsed;
    }
    read_global(*token, parsed);
  }
  parsed.global = parsed.forwarded;
  return parsed;
}

} // namespace nixbuild::plugin
