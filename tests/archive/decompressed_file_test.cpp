#include "archive/decompressed_file.hpp"
#include "fakes/compress.hpp"
#include "fakes/memory_stream.hpp"
#include "support/error.hpp"
#include "support/files.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

using namespace nixbuild;
using archive::DecompressedFile;

namespace {

std::string numbers() {
  std::string text;
  for (int i = 0; i < 100000; ++i)
    text += std::to_string(i) + "\n";
  return text;
}

struct StoredFile {
  TempDir directory;
  std::filesystem::path path = directory.path() / "file";
  explicit StoredFile(std::string_view content) { write_file_atomically(path, content); }
};

std::string part(const DecompressedFile& file, std::uint64_t offset, std::size_t size) {
  const auto source = file.open_at(offset, {});
  std::string text(size, '\0');
  text.resize(archive::read_full(*source, std::as_writable_bytes(std::span(text))));
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(decompressed_file)

BOOST_AUTO_TEST_CASE(parts_in_any_order) {
  const std::string text = numbers();
  for (const std::string& stored : {text, fakes::gzip(text), fakes::zstd(text), fakes::xz(text)}) {
    const StoredFile file(stored);
    const DecompressedFile bytes(file.path);
    for (const std::size_t offset : {0U, 10U, 300000U, 20U, 20U, 500000U, 0U}) {
      BOOST_TEST((part(bytes, offset, 1000) == text.substr(offset, 1000)));
    }
    BOOST_TEST(part(bytes, text.size(), 10).empty());
    BOOST_TEST(part(bytes, text.size() + 10, 10).empty());
  }
}

BOOST_AUTO_TEST_CASE(two_sources_at_once_do_not_disturb_each_other) {
  const std::string text = numbers();
  const StoredFile file(fakes::gzip(text));
  const DecompressedFile bytes(file.path);
  const auto first = bytes.open_at(5, {});
  const auto second = bytes.open_at(5, {});
  BOOST_TEST((fakes::read_all(*first) == text.substr(5)));
  BOOST_TEST((fakes::read_all(*second) == text.substr(5)));
}

BOOST_AUTO_TEST_CASE(threads_read_at_once) {
  const std::string text = numbers();
  const StoredFile file(fakes::zstd(text));
  const DecompressedFile bytes(file.path);
  std::vector<std::string> found(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = part(bytes, i * 50000, 50000); });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST((found[i] == text.substr(i * 50000, 50000)));
  }
}

BOOST_AUTO_TEST_CASE(cancelled_reading_throws) {
  for (const std::string& stored : {std::string("text"), fakes::gzip("text")}) {
    const StoredFile file(stored);
    const DecompressedFile bytes(file.path);
    const CancelSource cancel;
    const auto source = bytes.open_at(0, cancel.token());
    cancel.raise(CancelLevel::graceful);
    std::byte buffer[1];
    BOOST_CHECK_EXCEPTION((void)source->read(buffer), Error,
                          [](const Error& e) { return e.kind() == ErrorKind::cancelled; });
  }
}

BOOST_AUTO_TEST_CASE(damage_is_reported_to_each_reader) {
  std::string stored = fakes::gzip(numbers());
  stored.resize(stored.size() / 2);
  const StoredFile file(stored);
  const DecompressedFile bytes(file.path);
  for (int i = 0; i < 2; ++i) {
    const auto source = bytes.open_at(0, {});
    BOOST_CHECK_THROW((void)fakes::read_all(*source), Error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
