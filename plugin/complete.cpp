#include "plugin/complete.hpp"

#include "builder/builder_store.hpp"
#include "config/docker_config.hpp"
#include "context/store.hpp"
#include "doctor/check.hpp"
#include "pipeline/directories.hpp"
#include "plugin/command.hpp"
#include "plugin/complete_installable.hpp"
#include "plugin/completion.hpp"
#include "plugin/option_reader.hpp"
#include "plugin/vm_machine.hpp"
#include "support/error.hpp"
#include "support/format.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace nixbuild::plugin {

namespace {

// The words in front of the one to complete.
struct Typed {
  std::set<const Option*> options;
  std::size_t words = 0;
  std::string first_word;
  bool only_words = false;             // behind "--"
  const Option* wants_value = nullptr; // the last option lacks a value,
  std::size_t value_index = 0;         // this one
  bool takes_file = false;             // --file was given
};

Typed read(const OptionTable& table, std::span<const std::string> before) {
  Typed typed;
  OptionReader reader(table, before);
  while (const auto token = reader.next()) {
    if (token->kind == Token::Kind::word && typed.words++ == 0) typed.first_word = token->text;
    if (token->kind == Token::Kind::dashes) typed.only_words = true;
    if (token->option == nullptr) continue;
    typed.options.insert(token->option);
    if (token->option->name == "file") typed.takes_file = true;
    if (token->kind != Token::Kind::missing_value) continue;
    typed.wants_value = token->option;
    typed.value_index = token->values.size();
  }
  return typed;
}

Completion flags(const Command& command, const Typed& typed) {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  for (const Option& option : command.options) {
    if (option.hidden || (typed.options.contains(&option) && !option.repeatable)) continue;
    completion.candidates.push_back({format("--{}", option.name), std::string(option.help)});
    if (option.letter != '\0')
      completion.candidates.push_back({format("-{}", option.letter), std::string(option.help)});
  }
  return completion;
}

Completion builder_names(const World& world) {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  const builder::BuilderStore store(pipeline::builders_directory(world.environment));
  for (const builder::NamedBuilder& builder : store.all())
    completion.candidates.push_back({builder.name, builder.context});
  return completion;
}

Completion checks_of_doctor() {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  for (const doctor::Check& check : doctor::all_checks())
    completion.candidates.push_back({std::string(check.id), std::string(check.title)});
  return completion;
}

Completion machine_names(World& world) {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  try {
    for (const vm::VirtualMachine& machine : known_machines({}, world).machines)
      completion.candidates.push_back({machine.name, to_string(machine.tool)});
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw; // else there are none to offer
  }
  return completion;
}

Completion context_names(const World& world) {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  const auto folder = config::docker_config_directory({}, world.environment);
  for (const std::string& name : context::stored_names(folder))
    completion.candidates.push_back({name, {}});
  return completion;
}

bool takes_builder(const Command& command) {
  return command.name == "builder rm" || command.name == "builder inspect";
}

Completion values(const Option& option, std::size_t value_index, const World& world) {
  // Of two values only the second one can be a folder: --override-input INPUT FLAKE.
  if (option.name == "override-input" && value_index == 1)
    return {.candidates = {}, .directive = Directive::directories};
  switch (option.completion) {
  case ValueCompletion::files:
    return {.candidates = {}, .directive = Directive::files};
  case ValueCompletion::directories:
    return {.candidates = {}, .directive = Directive::directories};
  case ValueCompletion::words: {
    Completion completion{.candidates = {}, .directive = Directive::no_files};
    for (const std::string_view word : option.words)
      completion.candidates.push_back({std::string(word), {}});
    if (option.name == "builder")
      std::ranges::move(builder_names(world).candidates, std::back_inserter(completion.candidates));
    return completion;
  }
  case ValueCompletion::nothing:
    break;
  }
  return {.candidates = {}, .directive = Directive::no_files};
}

Completion command_names() {
  Completion completion{.candidates = {}, .directive = Directive::files};
  for (const Command* command : top_commands())
    completion.candidates.push_back({std::string(command->name), std::string(command->summary)});
  return completion;
}

// Of a group, by their second words.
Completion names_in(const Command& group) {
  Completion completion{.candidates = {}, .directive = Directive::no_files};
  for (const Command* command : commands_of(group))
    completion.candidates.push_back(
        {std::string(command->name.substr(group.name.size() + 1)), std::string(command->summary)});
  return completion;
}

Completion help_topics(const Typed& typed) {
  Completion topics{.candidates = {}, .directive = Directive::no_files};
  if (typed.words == 0) topics.candidates = command_names().candidates;
  const Command* group = find_command(typed.first_word);
  if (typed.words == 1 && group != nullptr) topics.candidates = names_in(*group).candidates;
  return topics;
}

Completion words(const ChosenCommand& chosen, const Typed& typed, const std::string& word,
                 World& world) {
  Completion nothing{.candidates = {}, .directive = Directive::no_files};
  if (chosen.command.name == "help") return help_topics(typed);
  if (chosen.command.name == "doctor") return checks_of_doctor();
  if (!commands_of(chosen.command).empty())
    return typed.words == 0 ? names_in(chosen.command) : nothing;
  if (typed.words < chosen.command.most_words && takes_builder(chosen.command))
    return builder_names(world);
  if (chosen.command.name.starts_with("vm ")) {
    if (typed.words > 0 || chosen.command.most_words == 0) return nothing;
    return chosen.command.name == "vm setup" ? context_names(world) : machine_names(world);
  }
  if (typed.words >= chosen.command.most_words || typed.takes_file) return nothing;
  if (!chosen.named && !typed.only_words) {
    Completion names = matching(command_names(), word);
    if (!names.candidates.empty()) return names;
  }
  return complete_installable(word, world);
}

Completion complete(const Invocation& invocation, World& world) {
  if (invocation.words.empty()) return command_names();
  const std::string& word = invocation.words.back();
  const std::span before(invocation.words.data(), invocation.words.size() - 1);
  const ChosenCommand chosen = choose_command(before);
  const Typed typed = read(chosen.command.options, chosen.arguments);
  if (typed.wants_value != nullptr)
    return matching(values(*typed.wants_value, typed.value_index, world), word);
  if (!typed.only_words && word.starts_with('-')) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return matching(flags(chosen.command, typed), word);
    const std::vector<std::string> start{word.substr(0, equals)};
    OptionReader reader(chosen.command.options, start);
    const auto token = reader.next();
    if (!token || token->option == nullptr || token->option->is_switch())
      return {.candidates = {}, .directive = Directive::no_files};
    return matching(values(*token->option, 0, world), word.substr(equals + 1));
  }
  return matching(words(chosen, typed, word, world), word);
}

} // namespace

int run_completion(const Invocation& invocation, World& world) {
  try {
    world.out.write(to_string(complete(invocation, world), invocation.descriptions));
    return 0;
  } catch (const Error&) {
    return 1; // the shell shows what we print as candidates
  }
}

} // namespace nixbuild::plugin
