#pragma once

#include "doctor/examine.hpp"
#include "doctor/facts.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nixbuild::doctor::testing {

// An engine of this machine and a Nix beside it, without a fault.
inline Facts healthy() {
  Facts facts;
  facts.context = context::Context{.name = "default"};
  facts.context->endpoint.host = "unix:///var/run/docker.sock";
  facts.engine = engine::Facts{.product = "Docker Engine",
                               .version = "28.5.2",
                               .platform = {.os = "linux", .architecture = "amd64", .variant = {}},
                               .id = "engine"};
  facts.builder = "host";
  facts.to_guest = {"sh", "-c"};
  facts.peer = "this machine";
  Guest guest;
  guest.machine = "x86_64";
  guest.user = "me";
  guest.user_id = 1000;
  guest.nix = "/nix/var/nix/profiles/default/bin/nix";
  guest.nix_in_path = true;
  guest.nix_version = "nix (Nix) 2.34.8";
  guest.settings = {{"experimental-features", "flakes nix-command"},
                    {"sandbox", "true"},
                    {"system", "x86_64-linux"}};
  guest.trusted = true;
  guest.daemon_socket = true;
  guest.store_owner = 0;
  guest.disks = {{"/", {.bytes = 100'000'000'000, .free_bytes = 50'000'000'000}}};
  guest.mounts = {{.path = "/", .type = "ext4"}};
  guest.kvm = true;
  guest.xz = true;
  guest.tmp_permissions = 01777;
  facts.guest = guest;
  facts.client.folder = "/home/me/project";
  facts.client.flake = true;
  facts.client.source = SourceTree{};
  facts.client.has_nix = true;
  facts.client.nix_version = "nix (Nix) 2.34.8";
  return facts;
}

// The same in the machine of Colima's profile "nix-builder" on a Mac.
inline Facts healthy_colima() {
  Facts facts = healthy();
  facts.context->name = "colima-nix-builder";
  facts.wanted_context = facts.context->name;
  facts.machine = {.kind = context::MachineKind::colima,
                   .name = "nix-builder",
                   .reason = {},
                   .lima_instance = "/Users/me/.colima/_lima/colima-nix-builder"};
  facts.engine->platform.architecture = "arm64";
  facts.builder = "ssh";
  facts.to_guest = {"ssh", "lima-colima-nix-builder"};
  facts.peer = "Colima nix-builder";
  facts.guest->machine = "aarch64";
  facts.guest->settings["system"] = "aarch64-linux";
  facts.guest->engine_id = "engine";
  facts.guest->source_seen = true;
  facts.guest->source_writable = true;
  facts.guest->mounts.push_back({.path = "/home/me", .type = "virtiofs"});
  facts.client.is_mac = true;
  facts.client.source_asked = true;
  facts.client.lima_version = "limactl version 2.2.0";
  // As `colima list -j` has them.
  facts.client.colima = context::parse_colima_list(
      R"({"name":"default","status":"Stopped","arch":"aarch64","cpus":2,"memory":2147483648,)"
      R"("disk":107374182400,"runtime":"docker"})"
      "\n"
      R"({"name":"nix-builder","status":"Running","arch":"aarch64","cpus":4,)"
      R"("memory":8589934592,"disk":64424509440,"runtime":"docker"})");
  return facts;
}

inline Environment with_variable(const std::string& name, const std::string& value) {
  return Environment(std::map<std::string, std::string>{{name, value}});
}

// What one check says; an outcome without text where it does not apply.
inline Outcome outcome_of(const Facts& facts, std::string_view id) {
  for (const Finding& finding : examine(facts, {}))
    if (finding.id == id) return finding.outcome;
  return {.severity = Severity::elsewhere};
}

// "N1 error, N9 warning" of what is wrong.
inline std::string problems(const Facts& facts) {
  std::string text;
  for (const Finding& finding : examine(facts, {})) {
    if (finding.outcome.severity == Severity::ok) continue;
    if (!text.empty()) text += ", ";
    text += std::string(finding.id) + " " + std::string(to_string(finding.outcome.severity));
  }
  return text;
}

} // namespace nixbuild::doctor::testing
