#include "agent/frames.hpp"
#include "support/error.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace nixbuild;
using namespace nixbuild::agent;

namespace {

std::vector<Frame> read_all(FrameReader& reader) {
  std::vector<Frame> frames;
  while (auto frame = reader.next())
    frames.push_back(std::move(*frame));
  return frames;
}

std::string some_frames() {
  return encode_frame(FrameType::hello, "{}") + encode_frame(FrameType::data, "") +
         encode_frame(FrameType::data, std::string(300, 'x')) +
         encode_frame(FrameType::report, "done");
}

bool is_corrupt(const Error& error) {
  return error.kind() == ErrorKind::corrupt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_AUTO_TEST_CASE(type_and_big_endian_length_go_first) {
  const std::string bytes = encode_frame(FrameType::data, std::string(0x10203, 'x'));
  BOOST_TEST(bytes.substr(0, 5) == std::string("\x09\x00\x01\x02\x03", 5));
  BOOST_TEST(bytes.size() == 5U + 0x10203U);
}

BOOST_AUTO_TEST_CASE(frames_come_out_as_they_went_in_wherever_the_stream_is_cut) {
  const std::string bytes = some_frames();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    reader.feed(bytes.substr(0, cut));
    std::vector<Frame> frames = read_all(reader);
    reader.feed(bytes.substr(cut));
    for (Frame& frame : read_all(reader))
      frames.push_back(std::move(frame));
    BOOST_REQUIRE_EQUAL(frames.size(), 4U);
    BOOST_TEST((frames[0].type == FrameType::hello));
    BOOST_TEST(frames[1].payload.empty());
    BOOST_TEST(frames[2].payload == std::string(300, 'x'));
    BOOST_TEST((frames[3].type == FrameType::report));
    BOOST_TEST(frames[3].payload == "done");
    BOOST_TEST(reader.rest().empty());
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_frame_yet_is_the_rest) {
  const std::string bytes = encode_frame(FrameType::event, "abc");
  FrameReader reader;
  reader.feed(bytes + bytes.substr(0, 6));
  BOOST_TEST(reader.next().has_value());
  BOOST_TEST(!reader.next().has_value());
  BOOST_TEST(reader.rest() == bytes.substr(0, 6));
}

BOOST_AUTO_TEST_CASE(text_of_a_shell_is_no_frame) {
  FrameReader reader;
  reader.feed("Welcome to Ubuntu\n");
  BOOST_CHECK_EXCEPTION((void)reader.next(), Error, is_corrupt);
  BOOST_TEST(reader.rest() == "Welcome to Ubuntu\n");
}

BOOST_AUTO_TEST_CASE(unknown_types_are_refused) {
  for (const char type : {'\x00', '\x0b', '\xff'}) {
    FrameReader reader;
    reader.feed({&type, 1});
    BOOST_CHECK_EXCEPTION((void)reader.next(), Error, is_corrupt);
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_claims_to_be_too_long_is_refused_at_once) {
  FrameReader data;
  data.feed(std::string("\x09\x00\x04\x00\x01", 5)); // 256 KiB and one byte
  BOOST_CHECK_EXCEPTION((void)data.next(), Error, is_corrupt);
  FrameReader text;
  text.feed(std::string("\x03\xff\xff\xff\xff", 5));
  BOOST_CHECK_EXCEPTION((void)text.next(), Error, is_corrupt);
}

BOOST_AUTO_TEST_CASE(the_longest_frames_are_taken) {
  FrameReader reader;
  reader.feed(encode_frame(FrameType::data, std::string(longest_data, 'd')));
  reader.feed(encode_frame(FrameType::report, std::string(longest_text, 't')));
  BOOST_TEST(reader.next()->payload.size() == longest_data);
  BOOST_TEST(reader.next()->payload.size() == longest_text);
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_too_long_is_not_sent) {
  BOOST_CHECK_THROW((void)encode_frame(FrameType::data, std::string(longest_data + 1, 'd')), Error);
  BOOST_CHECK_THROW((void)encode_frame(FrameType::report, std::string(longest_text + 1, 't')),
                    Error);
}

BOOST_AUTO_TEST_SUITE_END()
