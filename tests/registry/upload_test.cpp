#include "repository_fixture.hpp"

using namespace nixbuild;
using namespace nixbuild::registry;
using namespace nixbuild::registry::testing;
using oci::Digest;

BOOST_FIXTURE_TEST_SUITE(upload, RepositoryFixture)

BOOST_AUTO_TEST_CASE(small_blobs_are_sent_whole) {
  const std::string blob = text_of(10);
  open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  BOOST_TEST(web.requests().size() == 2);
  BOOST_TEST(web.requests()[0].method == "POST");
  BOOST_TEST(web.requests()[1].method == "PUT");
}

BOOST_AUTO_TEST_CASE(large_blobs_are_sent_in_pieces) {
  for (const std::size_t size : {11U, 20U, 25U, 100U}) {
    const std::string blob = text_of(size);
    const std::size_t first = web.requests().size();
    open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
    BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
    const auto requests = web.requests();
    BOOST_TEST(requests.size() - first == 2 + (size + 9) / 10);
    BOOST_TEST(requests[first + 1].header("Content-Range") == "0-9");
    BOOST_TEST(requests.back().method == "PUT");
    BOOST_TEST(requests.back().body.empty());
  }
}

BOOST_AUTO_TEST_CASE(least_size_of_pieces_is_honoured) {
  memory.least_piece = "30";
  const std::string blob = text_of(70);
  open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  BOOST_TEST(web.requests()[1].header("Content-Range") == "0-29");
  BOOST_TEST(web.requests()[3].header("Content-Range") == "60-69");
  memory.least_piece = "99999999999";
  check_error([&] { open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {}); },
              ErrorKind::refused, "pieces");
}

BOOST_AUTO_TEST_CASE(registries_without_pieces_get_it_whole) {
  memory.knows_pieces = false;
  const std::string blob = text_of(70);
  open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  memory.blobs.clear();
  const UploadedBlob uploaded = open()->upload_new_blob(writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(uploaded.digest.str()) == blob);
}

BOOST_AUTO_TEST_CASE(new_blobs_tell_their_digest_in_the_end) {
  for (const std::size_t size : {0U, 1U, 10U, 11U, 100U}) {
    const std::string blob = text_of(size);
    const UploadedBlob uploaded = open()->upload_new_blob(writer_of(blob), {});
    BOOST_TEST(uploaded.digest.str() == Digest::of(blob).str());
    BOOST_TEST(uploaded.size == size);
    BOOST_TEST(memory.blobs.at(uploaded.digest.str()) == blob);
  }
}

BOOST_AUTO_TEST_CASE(small_new_blob_that_is_there_is_not_sent) {
  const std::string blob = text_of(10);
  memory.blobs[Digest::of(blob).str()] = blob;
  const UploadedBlob uploaded = open()->upload_new_blob(writer_of(blob), {});
  BOOST_TEST(uploaded.size == 10);
  BOOST_TEST(web.requests().size() == 1);
  BOOST_TEST(web.requests()[0].method == "HEAD");
}

// Each request of an upload is lost once: before it arrives, in the middle of its body, and after
// it has been done.
BOOST_AUTO_TEST_CASE(cut_at_every_request) {
  for (const std::size_t size : {8U, 34U}) {
    const std::string blob = text_of(size);
    for (std::size_t request = 0; request < 2 + size / 10; ++request) {
      for (const int kind : {0, 1, 2}) {
        for (const bool known : {true, false}) {
          BOOST_TEST_CONTEXT("size " << size << " request " << request << " kind " << kind
                                     << " known " << known) {
            RepositoryFixture fixture;
            fixture.web.cut = {.request = request, .answer_only = kind == 2};
            if (kind == 1) fixture.web.cut->body_bytes = 4;
            if (known) {
              fixture.open()->upload_blob(Digest::of(blob), size, writer_of(blob), {});
            } else {
              BOOST_TEST(fixture.open()->upload_new_blob(writer_of(blob), {}).size == size);
            }
            BOOST_TEST(fixture.memory.blobs.at(Digest::of(blob).str()) == blob);
            BOOST_TEST(!fixture.pauses.empty());
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(lost_uploads_begin_anew) {
  const std::string blob = text_of(35);
  bool lost = false;
  before = [&](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
    if (!lost && request.method == "PATCH" && request.header("Content-Range") == "20-29") {
      lost = true;
      memory.uploads.clear();
    }
    return std::nullopt;
  };
  open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(lost);
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
}

BOOST_AUTO_TEST_CASE(uploads_that_fell_back_go_on_from_there) {
  const std::string blob = text_of(45);
  int rounds = 0;
  before = [&](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
    if (rounds == 1 && request.header("Content-Range") == "30-39") {
      memory.uploads.begin()->second.resize(15);
      return fakes::WebReply{.status = 503};
    }
    return std::nullopt;
  };
  const BlobWriter writer = writer_of(blob);
  open()->upload_blob(Digest::of(blob), blob.size(),
                      [&](archive::Sink& sink) {
                        ++rounds;
                        writer(sink);
                      },
                      {});
  BOOST_TEST(rounds == 2);
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  BOOST_TEST(memory.uploads.empty());
}

BOOST_AUTO_TEST_CASE(unlucky_uploads_end) {
  before = [](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
    if (request.method == "PATCH") return fakes::WebReply{.status = 503};
    return std::nullopt;
  };
  const std::string blob = text_of(35);
  check_error([&] { open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {}); },
              ErrorKind::unavailable, "503");
  BOOST_TEST(pauses.size() == 4);
  before = [&](const fakes::WebRequest&) -> std::optional<fakes::WebReply> {
    memory.uploads.clear();
    return std::nullopt;
  };
  check_error([&] { open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {}); },
              ErrorKind::unavailable, "lost");
}

BOOST_AUTO_TEST_CASE(uploads_that_never_begin_end) {
  before = [](const fakes::WebRequest&) -> std::optional<fakes::WebReply> {
    return fakes::WebReply{.status = 429, .headers = {{"Retry-After", "7"}}};
  };
  for (const std::size_t size : {5U, 35U}) {
    pauses.clear();
    check_error([&] { open()->upload_blob(Digest::of("x"), size, writer_of(text_of(size)), {}); },
                ErrorKind::unavailable, "429");
    BOOST_TEST(pauses == std::vector<std::chrono::milliseconds>(4, std::chrono::seconds(7)),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(wrong_digest_is_corrupt) {
  for (const std::size_t size : {5U, 35U}) {
    check_error(
        [&] { open()->upload_blob(Digest::of("other"), size, writer_of(text_of(size)), {}); },
        ErrorKind::corrupt, "DIGEST_INVALID");
  }
}

BOOST_AUTO_TEST_CASE(errors_of_the_writer_come_out) {
  check_error(
      [&] {
        open()->upload_blob(Digest::of("x"), 100,
                            [](archive::Sink& sink) {
                              writer_of(text_of(50))(sink);
                              throw Error(ErrorKind::io, "disk");
                            },
                            {});
      },
      ErrorKind::io, "disk");
  check_error([&] { open()->upload_blob(Digest::of("x"), 100, writer_of(text_of(99)), {}); },
              ErrorKind::internal);
}

BOOST_AUTO_TEST_CASE(locations_on_another_host_learn_nothing_about_us) {
  memory.upload_origin = "https://storage.example";
  credentials.registry_token = "secret";
  for (const std::size_t size : {5U, 35U}) {
    const std::string blob = text_of(size);
    open()->upload_blob(Digest::of(blob), size, writer_of(blob), {});
    BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  }
  std::size_t elsewhere = 0;
  for (const auto& request : web.requests()) {
    const bool ours = request.url.starts_with("https://registry.example/");
    BOOST_TEST(request.header("Authorization") == (ours ? "Bearer secret" : ""));
    if (!ours) ++elsewhere;
  }
  BOOST_TEST(elsewhere == 6);
}

BOOST_AUTO_TEST_CASE(redirected_uploads) {
  credentials.registry_token = "secret";
  const std::string blob = text_of(35);
  int status = 307;
  // Each request for the storage is sent there by the registry.
  before = [&](const fakes::WebRequest& request) -> std::optional<fakes::WebReply> {
    const std::string there = "https://storage.example";
    if (request.url.starts_with(there)) {
      fakes::WebRequest moved = request;
      moved.url = memory.origin + request.url.substr(there.size());
      return memory(moved);
    }
    if (request.method == "HEAD") return std::nullopt;
    return fakes::WebReply{
        .status = status,
        .headers = {{"Location", there + request.url.substr(memory.origin.size())}}};
  };
  open()->upload_blob(Digest::of(blob), blob.size(), writer_of(blob), {});
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  open()->put_manifest("v1", "application/x", "{}", {});
  BOOST_TEST(memory.manifests.at("v1") == "{}");
  for (const auto& request : web.requests())
    BOOST_TEST(request.header("Authorization").empty() ==
               request.url.starts_with("https://storage.example/"));
  status = 302;
  check_error([&] { open()->put_manifest("v2", "application/x", "{}", {}); }, ErrorKind::refused,
              "302");
}

BOOST_AUTO_TEST_CASE(mounting) {
  const std::string blob = text_of(5);
  memory.others[Digest::of(blob).str()] = blob;
  const auto repository = open();
  BOOST_TEST(repository->mount_blob(Digest::of(blob), "team/base", {}));
  BOOST_TEST(memory.blobs.at(Digest::of(blob).str()) == blob);
  // An upload that the registry begins in its place is used.
  const std::string other = text_of(6);
  BOOST_TEST(!repository->mount_blob(Digest::of(other), "team/base", {}));
  repository->upload_blob(Digest::of(other), other.size(), writer_of(other), {});
  BOOST_TEST(memory.uploads.empty());
  BOOST_TEST(web.requests().size() == 3);
}

BOOST_AUTO_TEST_CASE(cancelled_while_waiting) {
  const CancelSource source;
  before = [&](const fakes::WebRequest&) {
    source.raise(CancelLevel::graceful);
    return fakes::WebReply{.status = 503};
  };
  check_error([&] { (void)open()->upload_new_blob(writer_of("x"), source.token()); },
              ErrorKind::cancelled);
  BOOST_TEST(web.requests().size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
