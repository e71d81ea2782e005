#include "cache/netrc.hpp"
#include "cache/nix_settings.hpp"
#include "cache_fixture.hpp"
#include "support/files.hpp"

#include <filesystem>

using namespace nixbuild;
using namespace nixbuild::cache;
using Texts = std::vector<std::string>;

namespace {

NixSettings applied(
    std::string_view text,
    const IncludedFile& included = [](const auto&) { return std::nullopt; }) {
  NixSettings settings{
      .substituters = {"https://usual"}, .public_keys = {"usual:1"}, .netrc_file = {}};
  apply_nix_conf(settings, text, included);
  return settings;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nix_settings_of_caches)

BOOST_AUTO_TEST_CASE(lines) {
  const NixSettings settings = applied("# caches\n"
                                       "extra-substituters = https://a  https://b # mine\n"
                                       "extra-trusted-public-keys = a:1\r\n"
                                       "netrc-file = /etc/x\n"
                                       "max-jobs = 3\nnonsense\n= x\nextra-substituters =\n");
  BOOST_TEST((settings.substituters == Texts{"https://usual", "https://a", "https://b"}));
  BOOST_TEST((settings.public_keys == Texts{"usual:1", "a:1"}));
  BOOST_TEST(settings.netrc_file.value() == "/etc/x");
}

BOOST_AUTO_TEST_CASE(without_extra_the_old_ones_are_gone) {
  const NixSettings settings =
      applied("substituters = https://a https://a\nbinary-cache-public-keys = k:1");
  BOOST_TEST((settings.substituters == Texts{"https://a"}));
  BOOST_TEST((settings.public_keys == Texts{"k:1"}));
  BOOST_TEST(applied("substituters =").substituters.empty());
}

BOOST_AUTO_TEST_CASE(includes) {
  const auto files = [](const std::string& path) -> std::optional<std::string> {
    if (path == "more.conf") return "extra-substituters = https://more\ninclude loop.conf";
    if (path == "loop.conf") return "!include loop.conf";
    return std::nullopt;
  };
  BOOST_TEST((applied("include more.conf\n!include none.conf\n", files).substituters ==
              Texts{"https://usual", "https://more"}));
}

BOOST_AUTO_TEST_CASE(files_in_their_order) {
  const TempDir folder;
  const auto write = [&](const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    write_file_atomically(folder.path() / name, text);
  };
  write("etc/nix.conf", "substituters = https://system\n!include nix.custom.conf\n");
  write("etc/nix.custom.conf", "extra-substituters = https://custom\n");
  write("home/.config/nix/nix.conf", "extra-substituters = https://user\n");
  const std::map<std::string, std::string> variables{
      {"NIX_CONF_DIR", (folder.path() / "etc").string()},
      {"HOME", (folder.path() / "home").string()},
      {"XDG_CONFIG_DIRS", "/nonexistent"},
      {"NIX_CONFIG", "extra-substituters = https://variable"}};
  const NixSettings settings = nix_settings(Environment(variables));
  BOOST_TEST((settings.substituters ==
              Texts{"https://system", "https://custom", "https://user", "https://variable"}));
  BOOST_TEST(settings.netrc_file.value() == (folder.path() / "etc/netrc").string());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(netrc)

BOOST_AUTO_TEST_CASE(entries) {
  const std::string text = "# mine\nmachine a.example login me password secret\n"
                           "macdef x\nmachine b.example password no\n\n"
                           "machine b.example\n  password \"with \\\"quotes\\\"\"\n"
                           "machine password login x password y\n"
                           "default login other password usual\n";
  BOOST_TEST(find_in_netrc(text, "a.example")->login == "me");
  BOOST_TEST(find_in_netrc(text, "a.example")->password == "secret");
  BOOST_TEST(find_in_netrc(text, "b.example")->password == "with \"quotes\"");
  BOOST_TEST(find_in_netrc(text, "b.example")->login.empty());
  BOOST_TEST(find_in_netrc(text, "c.example")->password == "usual");
  BOOST_TEST(!find_in_netrc("machine a password b", "c"));
  BOOST_TEST(!find_in_netrc("", "c"));
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
  const std::string text = "machine a login \"b\" password c\nmacdef x\ny\n\ndefault password d";
  for (std::size_t size = 0; size < text.size(); ++size)
    (void)find_in_netrc(text.substr(0, size), "a");
  BOOST_TEST(find_in_netrc(text, "a")->password == "c");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  for (const std::string password :
       {"plain", "two words", "\"quoted\"", "back\\slash", "#hash", ""}) {
    const std::string line = netrc_line("h", {.login = "me", .password = password});
    BOOST_TEST(find_in_netrc(line, "h")->password == password);
    BOOST_TEST(find_in_netrc(line, "h")->login == "me");
  }
  BOOST_TEST(netrc_line("h", {.login = {}, .password = "t"}) == "machine h password t\n");
}

BOOST_AUTO_TEST_CASE(hosts) {
  BOOST_TEST(host_of("https://a.example:80/x") == "a.example");
  BOOST_TEST(host_of("https://me:x@a.example") == "a.example");
  BOOST_TEST(host_of("http://[::1]:5000/x") == "[::1]");
  BOOST_TEST(host_of("nothing").empty());
}

BOOST_AUTO_TEST_SUITE_END()
