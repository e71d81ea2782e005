#include "context/host.hpp"
#include "context/machine.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <map>

using namespace nixbuild;
using context::Machine;
using context::MachineKind;
namespace fs = std::filesystem;

namespace {

struct Home {
  TempDir folder;
  fs::path home = fs::canonical(folder.path());
  std::map<std::string, std::string> variables{{"HOME", home.string()}};

  [[nodiscard]] Machine behind(const fs::path& socket) const {
    return context::recognise_machine({.socket = socket}, Environment(variables));
  }
  [[nodiscard]] std::string told(const fs::path& socket) const {
    const Machine machine = behind(socket);
    return machine.name.empty() ? to_string(machine.kind)
                                : to_string(machine.kind) + " " + machine.name;
  }
  [[nodiscard]] std::string lima_instance(const fs::path& socket) const {
    const Machine machine = behind(socket);
    return machine.lima_instance ? machine.lima_instance->lexically_relative(home).string() : "";
  }
};

Machine behind_host(const char* host) {
  return context::recognise_machine(context::parse_host(host, "-H", false), Environment());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(machine, Home)

BOOST_AUTO_TEST_CASE(sockets_that_tools_make_in_the_home) {
  BOOST_TEST(told(home / ".colima/default/docker.sock") == "Colima default");
  BOOST_TEST(told(home / ".colima/docker.sock") == "Colima default");
  BOOST_TEST(told(home / ".colima/office/docker.sock") == "Colima office");
  BOOST_TEST(told(home / ".config/colima/office/docker.sock") == "Colima office");
  BOOST_TEST(told(home / ".colima-old/docker.sock") == "Colima old");
  BOOST_TEST(told(home / ".lima/docker/sock/docker.sock") == "Lima docker");
  BOOST_TEST(told(home / ".rd/docker.sock") == "Rancher Desktop");
  BOOST_TEST(told(home / ".orbstack/run/docker.sock") == "OrbStack");
  BOOST_TEST(told(home / ".docker/run/docker.sock") == "Docker Desktop");
  BOOST_TEST(told(home / ".docker/desktop/docker.sock") == "Docker Desktop");
}

BOOST_AUTO_TEST_CASE(engine_corrects_what_the_usual_socket_tells) {
  const auto with = [&](const char* system, const char* kernel, const fs::path& socket) {
    return to_string(
        context::confirm_machine(behind(socket), {.operating_system = system, .kernel = kernel})
            .kind);
  };
  const fs::path usual = "/nonexistent/run/docker.sock";
  BOOST_TEST(with("Debian GNU/Linux 12 (bookworm)", "6.1.0-31-amd64", usual) == "this machine");
  BOOST_TEST(with("Docker Desktop", "6.10.14-linuxkit", usual) == "Docker Desktop");
  BOOST_TEST(with("OrbStack", "6.14.10-orbstack", usual) == "OrbStack");
  BOOST_TEST(with("Rancher Desktop WSL Distribution", "5.15-microsoft-standard-WSL2", usual) ==
             "Rancher Desktop");
  BOOST_TEST(with("Ubuntu 24.04", "6.6.87-microsoft-standard-WSL2", usual) ==
             "this machine, WSL 2");
  // A socket that is somebody's tells enough.
  BOOST_TEST(with("Docker Desktop", "x", home / ".colima/default/docker.sock") == "Colima");
}

BOOST_AUTO_TEST_CASE(sockets_elsewhere) {
  BOOST_TEST(told("/nonexistent/run/docker.sock") == "this machine");
  BOOST_TEST(told("/run/user/1000/docker.sock") == "this machine, rootless");
  BOOST_TEST(told("/nonexistent/podman/default-api.sock") == "Podman machine default");
  BOOST_TEST(told("/nonexistent/podman/machine/qemu/podman.sock") == "Podman machine");
  BOOST_TEST(told(home / "docker.sock") == "this machine");
  BOOST_TEST(told(home / ".colima/office/containerd.sock") == "this machine");
  BOOST_TEST(told(home / ".colima/a/b/docker.sock") == "this machine");
}

BOOST_AUTO_TEST_CASE(folders_that_the_environment_names) {
  variables["COLIMA_HOME"] = (home / "elsewhere").string();
  variables["LIMA_HOME"] = (home / "vms").string();
  variables["XDG_RUNTIME_DIR"] = (home / "run").string();
  BOOST_TEST(told(home / "elsewhere/p/docker.sock") == "Colima p");
  BOOST_TEST(lima_instance(home / "elsewhere/p/docker.sock") == "vms/colima-p");
  BOOST_TEST(told(home / "vms/box/sock/docker.sock") == "Lima box");
  BOOST_TEST(told(home / "run/docker.sock") == "this machine, rootless");
}

BOOST_AUTO_TEST_CASE(where_lima_keeps_the_instance) {
  BOOST_TEST(lima_instance(home / ".colima/default/docker.sock") == ".colima/_lima/colima");
  BOOST_TEST(lima_instance(home / ".colima/office/docker.sock") == ".colima/_lima/colima-office");
  BOOST_TEST(lima_instance(home / ".lima/box/sock/docker.sock") == ".lima/box");
  BOOST_TEST(lima_instance(home / ".orbstack/run/docker.sock").empty());
}

BOOST_AUTO_TEST_CASE(the_usual_socket_may_be_a_link_to_another_engine) {
  fs::create_directories(home / ".colima/default");
  std::ofstream(home / ".colima/default/docker.sock") << "";
  fs::create_symlink(home / ".colima/default/docker.sock", home / "docker.sock");
  BOOST_TEST(told(home / "docker.sock") == "Colima default");
  BOOST_TEST(behind(home / "docker.sock").reason.find(".colima") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_hosts) {
  BOOST_TEST((behind_host("ssh://me@build.example:2222").kind == MachineKind::ssh_host));
  BOOST_TEST(behind_host("ssh://me@build.example:2222").name == "me@build.example:2222");
  BOOST_TEST((behind_host("tcp://10.0.0.1:2375").kind == MachineKind::tcp_host));
  BOOST_TEST(behind_host("tcp://10.0.0.1:2375").name == "10.0.0.1:2375");
}

BOOST_AUTO_TEST_SUITE_END()
