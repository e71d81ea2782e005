#include "repository_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::registry;
using namespace nixbuild::registry::testing;

namespace {

// The registry wants a token of https://auth.example/token, which gives "t1", "t2" …
struct Fixture : RepositoryFixture {
  std::vector<fakes::WebRequest> asked; // of the token server
  std::string valid = "Bearer t1";      // what the registry accepts
  std::string challenge = R"(Bearer realm="https://auth.example/token",service="r")";
  std::string token_answer;  // in place of a token
  std::string refused_scope; // the token server answers 403
  int token_status = 200;
  int oauth_status = 200;

  Fixture() {
    before = [this](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
      if (request.url.find("auth.example") != std::string::npos) return token(request);
      if (request.header("Authorization") == valid) return std::nullopt;
      return fakes::WebReply{.status = 401,
                             .headers = {{"WWW-Authenticate", challenge}},
                             .body =
                                 R"({"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]})"};
    };
  }

  fakes::WebReply token(const fakes::WebRequest& request) {
    asked.push_back(request);
    if (request.method == "POST" && oauth_status != 200) return {.status = oauth_status};
    if (!refused_scope.empty() && request.url.contains(refused_scope)) return {.status = 403};
    if (token_status != 200) return {.status = token_status, .body = "no"};
    if (!token_answer.empty()) return {.body = token_answer};
    const std::string member = request.method == "POST" ? "access_token" : "token";
    return {.body = "{\"" + member + "\":\"t" + std::to_string(asked.size()) +
                    "\",\"expires_in\":100}"};
  }

  bool look() { return look(*open()); }
  static bool look(Repository& repository) { return repository.has_blob(oci::Digest::of("x"), {}); }
};

const std::string read_scope = "scope=repository%3Ateam%2Fapp%3Apull";
const std::string write_scope = "scope=repository%3Ateam%2Fapp%3Apull%2Cpush";

} // namespace

BOOST_FIXTURE_TEST_SUITE(token, Fixture)

BOOST_AUTO_TEST_CASE(nobody_asks_for_what_is_needed) {
  BOOST_TEST(!look());
  BOOST_TEST(web.requests().size() == 3);
  BOOST_TEST(asked.at(0).url == "https://auth.example/token?service=r&" + read_scope);
  BOOST_TEST(asked.at(0).header("Authorization").empty());
}

BOOST_AUTO_TEST_CASE(who_is_logged_in_asks_once_for_everything) {
  credentials = {.username = "me", .password = "secret"};
  const auto repository = open();
  BOOST_TEST(!look(*repository));
  repository->put_manifest("v1", "application/x", "{}", {});
  BOOST_TEST(web.requests().size() == 4);
  BOOST_TEST(asked.at(0).url == "https://auth.example/token?service=r&" + write_scope);
  BOOST_TEST(asked.at(0).header("Authorization") == "Basic bWU6c2VjcmV0");
}

BOOST_AUTO_TEST_CASE(who_may_only_read_asks_for_no_more) {
  credentials = {.username = "me", .password = "secret"};
  valid = "Bearer t2";
  refused_scope = write_scope;
  const auto repository = open();
  BOOST_TEST(!look(*repository));
  BOOST_TEST(!look(*repository));
  BOOST_TEST(asked.size() == 2);
  BOOST_TEST(asked.at(1).url == "https://auth.example/token?service=r&" + read_scope);
  BOOST_TEST(asked.at(1).header("Authorization") == "Basic bWU6c2VjcmV0");
  check_error([&] { repository->put_manifest("v1", "application/x", "{}", {}); },
              ErrorKind::refused, "docker login registry.example");
}

BOOST_AUTO_TEST_CASE(wrong_passwords_are_tried_once) {
  credentials = {.username = "me", .password = "secret"};
  token_status = 401;
  check_error([&] { (void)look(); }, ErrorKind::refused, "does not accept the login");
  BOOST_TEST(asked.size() == 1);
}

BOOST_AUTO_TEST_CASE(mounts_ask_for_the_source_too) {
  credentials = {.username = "me", .password = "secret"};
  (void)open()->mount_blob(oci::Digest::of("x"), "team/base", {});
  BOOST_TEST(asked.at(0).url == "https://auth.example/token?service=r&" + write_scope +
                                    "&scope=repository%3Ateam%2Fbase%3Apull");
}

BOOST_AUTO_TEST_CASE(tokens_are_renewed_before_they_expire) {
  const auto repository = open();
  (void)look(*repository);
  now += std::chrono::seconds(89);
  (void)look(*repository);
  BOOST_TEST(asked.size() == 1);
  now += std::chrono::seconds(2);
  valid = "Bearer t2";
  (void)look(*repository);
  BOOST_TEST(asked.size() == 2);
  BOOST_TEST(web.requests().size() == 6); // no 401 in between
}

BOOST_AUTO_TEST_CASE(expired_token_is_renewed_once) {
  const auto repository = open();
  (void)look(*repository);
  valid = "Bearer t2";
  BOOST_TEST(!look(*repository));
  BOOST_TEST(asked.size() == 2);
  valid = "Bearer none";
  check_error([&] { (void)look(*repository); }, ErrorKind::refused,
              "docker login registry.example");
  BOOST_TEST(asked.size() == 3);
}

BOOST_AUTO_TEST_CASE(token_expires_in_the_middle_of_an_upload) {
  credentials = {.username = "me", .password = "secret"};
  const std::string blob = text_of(45);
  const auto plain = before;
  int requests = 0;
  before = [&](const fakes::WebRequest& request) {
    if (request.header("Content-Range") == "20-29" && ++requests == 1) valid = "Bearer t2";
    return plain(request);
  };
  open()->upload_blob(oci::Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(oci::Digest::of(blob).str()) == blob);
  BOOST_TEST(requests == 2);
  BOOST_TEST(pauses.empty());
}

BOOST_AUTO_TEST_CASE(identity_tokens_are_traded_in) {
  credentials = {.identity_token = "id/token"};
  BOOST_TEST(!look());
  BOOST_TEST(asked.at(0).method == "POST");
  BOOST_TEST(asked.at(0).body ==
             "grant_type=refresh_token&service=r&client_id=docker-nixbuild&scope=repository%3Ateam"
             "%2Fapp%3Apull%2Cpush&refresh_token=id%2Ftoken");
}

BOOST_AUTO_TEST_CASE(older_token_servers_are_asked_in_the_older_way) {
  credentials = {.username = "me", .password = "secret", .identity_token = "id"};
  oauth_status = 404;
  valid = "Bearer t2";
  BOOST_TEST(!look());
  BOOST_TEST(asked.at(1).header("Authorization") == "Basic bWU6c2VjcmV0");
}

BOOST_AUTO_TEST_CASE(basic_logins) {
  challenge = "Basic realm=\"registry\"";
  valid = "Basic bWU6c2VjcmV0";
  check_error([&] { (void)look(); }, ErrorKind::refused, "docker login registry.example");
  credentials = {.username = "me", .password = "secret"};
  const auto repository = open();
  BOOST_TEST(!look(*repository));
  const std::size_t before_second = web.requests().size();
  BOOST_TEST(!look(*repository));
  BOOST_TEST(web.requests().size() == before_second + 1);
  credentials.password = "wrong-one";
  check_error([&] { (void)look(); }, ErrorKind::refused, "does not accept");
}

BOOST_AUTO_TEST_CASE(ready_tokens) {
  credentials = {.registry_token = "t1"};
  BOOST_TEST(!look());
  BOOST_TEST(web.requests().size() == 1);
  credentials.registry_token = "old-one";
  check_error([&] { (void)look(); }, ErrorKind::refused, "docker login");
}

BOOST_AUTO_TEST_CASE(secrets_stay_out_of_errors) {
  credentials = {.username = "me", .password = "hush"};
  for (const int status : {401, 403, 400, 500}) {
    token_status = status;
    BOOST_CHECK_EXCEPTION((void)look(), Error, [&](const Error& error) {
      const std::string all = error.message() + error.detail() + error.hint();
      return all.find("hush") == std::string::npos && all.find("bWU6aHVzaA") == std::string::npos &&
             error.kind() == (status == 500 ? ErrorKind::unavailable : ErrorKind::refused);
    });
  }
}

BOOST_AUTO_TEST_CASE(logins_are_not_sent_without_tls) {
  credentials = {.username = "me", .password = "secret"};
  for (const std::string realm : {"http://auth.example/token", "", "/token", "file:///x"}) {
    challenge = "Bearer realm=\"" + realm + "\"";
    check_error([&] { (void)look(); }, ErrorKind::refused, "TLS");
  }
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_CASE(nonsense_of_the_token_server_is_corrupt) {
  for (const std::string answer :
       {"<html>", "{}", "[]", R"({"token":""})", R"({"token":1})", R"({"token":"a\r\nb"})"}) {
    token_answer = answer;
    check_error([&] { (void)look(); }, ErrorKind::corrupt, "without a token");
  }
}

BOOST_AUTO_TEST_CASE(insecure_registries_are_spoken_to_in_plain_http) {
  before = nullptr;
  settings.insecure = true;
  memory.origin = "http://registry.example";
  before = [](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
    if (request.url.starts_with("https://"))
      throw Error(ErrorKind::unavailable, "wrong version number");
    return std::nullopt;
  };
  const auto repository = open();
  BOOST_TEST(!look(*repository));
  BOOST_TEST(!look(*repository));
  BOOST_TEST(calls().at(0) == "GET https://registry.example/v2/");
  BOOST_TEST(calls().at(1) == "GET http://registry.example/v2/");
  BOOST_TEST(calls().size() == 4);
  BOOST_TEST(web.requests().at(0).unverified);
}

BOOST_AUTO_TEST_CASE(others_are_never_spoken_to_in_plain_http) {
  before = [](const fakes::WebRequest&) -> std::optional<fakes::WebReply> {
    throw Error(ErrorKind::unavailable, "wrong version number");
  };
  check_error([&] { (void)look(); }, ErrorKind::unavailable);
  for (const std::string& call : calls())
    BOOST_TEST(call.find("https://registry.example/") != std::string::npos);
  BOOST_TEST(!web.requests().at(0).unverified);
}

BOOST_AUTO_TEST_SUITE_END()
