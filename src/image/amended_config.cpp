#include "image/amended_config.hpp"

#include "image/container_config.hpp"
#include "oci/json.hpp"
#include "support/error.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace nixbuild::image {

namespace json = boost::json;

namespace {

constexpr std::string_view what = "the image's config";

// The member as an object, which is made where it is missing or null.
json::object& object_at(json::object& parent, std::string_view key) {
  json::value& value = parent[key];
  if (value.is_null()) value = json::object();
  if (!value.is_object())
    throw Error(ErrorKind::corrupt, "the image's config is of an unknown form");
  return value.get_object();
}

json::array& array_at(json::object& parent, std::string_view key) {
  json::value& value = parent[key];
  if (value.is_null()) value = json::array();
  if (!value.is_array())
    throw Error(ErrorKind::corrupt, "the image's config is of an unknown form");
  return value.get_array();
}

// Go reads keys without regard to case, and some builders rely on that ("LABELS").
std::string_view spelling_of(std::string_view key, const json::object& object) {
  const auto same = [key](std::string_view other) {
    return std::ranges::equal(key, other, [](char left, char right) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
      return lower(left) == lower(right);
    });
  };
  for (const auto& [existing, value] : object)
    if (same(existing)) return existing;
  return key;
}

void amend_labels(json::object& labels, const Amendment& amendment) {
  for (const auto& [name, text] : amendment.missing_labels)
    if (!labels.contains(name)) labels[name] = text;
  for (const auto& [name, text] : amendment.labels)
    labels[name] = text;
}

void amend_env(json::object& run, const Amendment& amendment) {
  if (amendment.missing_env.empty()) return;
  json::array& env = array_at(run, spelling_of("Env", run));
  for (const std::string& assignment : amendment.missing_env) {
    const std::string name = assignment.substr(0, assignment.find('=') + 1);
    const bool known = std::ranges::any_of(env, [&](const json::value& one) {
      return one.is_string() && std::string_view(one.get_string()).starts_with(name);
    });
    if (!known) env.emplace_back(assignment);
  }
}

void amend_stop_signal(json::object& run, const Amendment& amendment) {
  if (amendment.missing_stop_signal.empty()) return;
  json::value& signal = run[spelling_of("StopSignal", run)];
  if (signal.is_null() || (signal.is_string() && signal.get_string().empty()))
    signal = amendment.missing_stop_signal;
}

void add_layer(json::object& config, const oci::Digest& layer) {
  array_at(object_at(config, "rootfs"), "diff_ids").emplace_back(layer.str());
  // Without a history for the layers below, one for this alone would be wrong.
  json::value* history = config.if_contains("history");
  if (history == nullptr || !history->is_array()) return;
  history->get_array().push_back(json::object{{"created", "1970-01-01T00:00:01Z"},
                                              {"created_by", "docker-nixbuild"},
                                              {"comment", "files and accounts"}});
}

} // namespace

std::string amended_config(std::string_view text, const Amendment& amendment,
                           const std::optional<oci::Digest>& added_layer) {
  json::value value = oci::parse_json(text, what);
  (void)oci::as_object(value, what);
  json::object& config = value.get_object();
  if (added_layer) add_layer(config, *added_layer);
  json::object& run = object_at(config, "config");
  amend_env(run, amendment);
  amend_stop_signal(run, amendment);
  json::object& labels = object_at(run, spelling_of("Labels", run));
  labels.erase(identity_label);
  amend_labels(labels, amendment);
  // Last, since adding to an object moves what is in it.
  const std::string identity = oci::Digest::of(json::serialize(value)).str();
  labels[identity_label] = identity;
  return json::serialize(value);
}

bool starts_init(std::string_view text) {
  const json::value value = oci::parse_json(text, what);
  const json::value* run = oci::as_object(value, what).if_contains("config");
  if (run == nullptr || !run->is_object()) return false;
  for (const char* key : {"Entrypoint", "Cmd"}) {
    const auto words =
        oci::strings_member(run->get_object(), spelling_of(key, run->get_object()), what);
    if (words.empty()) continue;
    const std::string program = words.front().substr(words.front().rfind('/') + 1);
    return program == "init" || program == "systemd";
  }
  return false;
}

} // namespace nixbuild::image
