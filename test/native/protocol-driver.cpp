// Drives kws_protocol for test/native/protocol.test.ts.
//
//   parse: the bytes of standard input through the command parser, one line per result
//   fuzz ROUNDS SEED: drawn commands, frames and bytes through the command parser
//   crc:   CRC-16 of standard input
//   lines: a fixed set of lines through the line writer
//   long: lines of growing length, up to more than the protocol allows
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "kws_protocol/command_parser.h"
#include "kws_protocol/crc16.h"
#include "kws_protocol/line_writer.h"

namespace {

void print(const char* data, size_t size) { std::fwrite(data, 1, size, stdout); }

std::vector<uint8_t> read_all() {
  std::vector<uint8_t> all;
  uint8_t part[4096];
  for (size_t n; (n = std::fread(part, 1, sizeof part, stdin)) > 0;) {
    all.insert(all.end(), part, part + n);
  }
  return all;
}

struct Payload final : kws::PayloadSink {
  std::vector<uint8_t> bytes;
  void payload(uint8_t, uint32_t index, uint8_t byte) override {
    bytes.resize(index);
    bytes.push_back(byte);
  }
};

// What is sent to the parser while it is fuzzed, and what must hold of whatever it answers.
class Fuzzer {
 public:
  explicit Fuzzer(uint32_t seed)
      : state_(seed == 0 ? 1 : seed), parser_(std::make_unique<kws::CommandParser>(payload_)) {}

  // False: what does not hold is printed.
  bool run(uint32_t rounds) {
    for (uint32_t i = 0; i < rounds; ++i) {
      if (!piece() || (next(8) == 0 && !recovers())) {
        std::printf("round %u: %s\n", i, wrong_);
        return false;
      }
    }
    std::printf("%u commands, %u frames, %u refused\n", commands_, frames_, refused_);
    return true;
  }

 private:
  uint32_t next(uint32_t below) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % below;
  }

  bool fails(const char* what) {
    wrong_ = what;
    return false;
  }

  bool piece() {
    switch (next(6)) {
      case 0:
        return bytes(next(700));
      case 1:
        return text(next(140));
      case 2:
        return frame(next(3) == 0 ? 512 : 1 + next(40), next(3) == 0);
      default:
        return command();
    }
  }

  bool bytes(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      if (!send(static_cast<uint8_t>(next(256)))) return false;
    }
    return true;
  }

  bool text(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      if (!send(static_cast<uint8_t>(' ' + next(95)))) return false;
    }
    return send('\n');
  }

  // Words and numbers of the protocol, in any order, cut anywhere.
  bool command() {
    static const char* const kWords[] = {
        "hello",      "reset",      "mic",        "play",
        "stop",       "input",      "trace",      "cutoff",
        "stats",      "credit",     "window",     "gain",
        "refractory", "audio",      "open",       "memory",
        "features",   "off",        "on",         "digests",
        "values",     "0",          "1",          "255",
        "256",        "65535",      "65536",      "4294967294",
        "-1",         "4294967295", "4294967296", "99999999999999999999",
        "constant"};
    constexpr uint32_t kCount = sizeof kWords / sizeof kWords[0];
    for (uint32_t words = 1 + next(6); words > 0; --words) {
      for (const char* at = kWords[next(kCount)]; *at != '\0' && next(60) != 0; ++at) {
        if (!send(static_cast<uint8_t>(*at))) return false;
      }
      for (uint32_t spaces = next(3); spaces > 0; --spaces) {
        if (!send(' ')) return false;
      }
    }
    return next(10) == 0 || send('\n');
  }

  bool frame(uint32_t size, bool damaged) {
    std::vector<uint8_t> all = {static_cast<uint8_t>(next(256)), static_cast<uint8_t>(size),
                                static_cast<uint8_t>(size >> 8)};
    for (uint32_t i = 0; i < size; ++i) all.push_back(static_cast<uint8_t>(next(256)));
    const uint16_t crc = kws::crc16(all.data(), all.size());
    all.push_back(static_cast<uint8_t>(crc));
    all.push_back(static_cast<uint8_t>(crc >> 8));
    all.insert(all.begin(), 0x02);
    if (damaged)
      all[next(static_cast<uint32_t>(all.size()))] ^= static_cast<uint8_t>(1u << next(8));
    if (damaged && next(2) == 0) all.resize(next(static_cast<uint32_t>(all.size())));
    for (const uint8_t byte : all) {
      if (!send(byte)) return false;
    }
    return true;
  }

  // From whatever state: line ends, a command, and a frame that comes whole.
  bool recovers() {
    for (int i = 0; i < 520; ++i) {
      if (!send('\n')) return false;
    }
    for (const char c : {'h', 'e', 'l', 'l', 'o', '\n'}) {
      if (!send(static_cast<uint8_t>(c))) return false;
    }
    if (last_ != kws::CommandKind::kHello) return fails("hello is not understood afterwards");
    const uint32_t before = frames_;
    if (!frame(1 + next(512), false)) return false;
    return frames_ == before + 1 ? true : fails("a whole frame is not taken afterwards");
  }

  bool send(uint8_t byte) {
    if (!parser_->feed(byte)) return true;
    const kws::Command& command = parser_->command();
    last_ = command.kind;
    switch (command.kind) {
      case kws::CommandKind::kNone:
        return fails("it says that there is something, and there is nothing");
      case kws::CommandKind::kFrame:
        ++frames_;
        if (command.size == 0 || command.size > kws::CommandParser::kMaxPayload)
          return fails("a frame of a size that there is not");
        return payload_.bytes.size() == command.size ? true : fails("a frame without its bytes");
      case kws::CommandKind::kBadCommand:
      case kws::CommandKind::kBadFrame:
        ++refused_;
        return command.reason != nullptr ? true : fails("a refusal without a reason");
      default:
        break;
    }
    ++commands_;
    if (command.model > 255 && kws::command_name(command.kind)[0] != 't')
      return fails("a model of a number that there is not");
    if (command.kind == kws::CommandKind::kCutoff && command.value > 255)
      return fails("a cutoff that is none");
    return kws::command_name(command.kind)[0] != '\0' ? true : fails("a command without a name");
  }

  uint32_t state_;
  Payload payload_;
  // On the heap, so that AddressSanitizer sees every byte before and behind it.
  std::unique_ptr<kws::CommandParser> parser_;
  kws::CommandKind last_ = kws::CommandKind::kNone;
  uint32_t commands_ = 0;
  uint32_t frames_ = 0;
  uint32_t refused_ = 0;
  const char* wrong_ = "";
};

void parse() {
  // On the heap, so that AddressSanitizer sees every byte before and behind it.
  Payload payload;
  auto parser = std::make_unique<kws::CommandParser>(payload);
  for (const uint8_t byte : read_all()) {
    if (!parser->feed(byte)) continue;
    const kws::Command& c = parser->command();
    switch (c.kind) {
      case kws::CommandKind::kFrame:
        std::printf("frame %u ", c.seq);
        if (payload.bytes.size() != c.size) std::printf("not %u bytes: ", c.size);
        for (const uint8_t value : payload.bytes) std::printf("%02x", value);
        std::printf("\n");
        break;
      case kws::CommandKind::kBadCommand:
        std::printf("bad-command: %s\n", c.reason);
        break;
      case kws::CommandKind::kBadFrame:
        std::printf("bad-frame: %s\n", c.reason);
        break;
      case kws::CommandKind::kPlayMemory:
        std::printf("play memory %u\n", c.value);
        break;
      case kws::CommandKind::kTraceFeatures:
      case kws::CommandKind::kTraceOff:
        std::printf("trace %d\n", c.kind == kws::CommandKind::kTraceFeatures);
        break;
      default:
        std::printf("%s %u %u\n", kws::command_name(c.kind), c.model, c.value);
    }
  }
  if (parser->inside_frame()) std::printf("inside a frame\n");
}

void lines() {
  kws::LineWriter line(print);
  const int8_t q[] = {-128, 127};
  const char* const labels[] = {"yes", "no \"x\"", nullptr};
  line.begin("integers")
      .add("i8", static_cast<int8_t>(-128))
      .add("u8", static_cast<uint8_t>(255))
      .add("int", -5)
      .add("i64", INT64_MIN)
      .add("u64", UINT64_MAX)
      .add("zero", 0u)
      .add_array("q", q, 2)
      .end();
  line.begin("texts")
      .add("a", "quote \" backslash \\ newline \n tab \t bell \x07 del \x7f")
      .add("b",
           "gr\xc3\xb6\xc3\x9f"
           "e")
      .add("c", static_cast<const char*>(nullptr))
      .add("d", "")
      .add("yes", true)
      .add("no", false)
      .add_array("labels", labels, 3)
      .add_raw("raw", "{\"x\":[1]}")
      .end();
  line.begin("fixed")
      .add_fixed4("third", 1, 3)
      .add_fixed4("half", 1, 2)
      .add_fixed4("up", 1, 20000)
      .add_fixed4("down", 1, 20001)
      .add_fixed4("one", 255, 255)
      .add_fixed4("nearly", 99995, 100000)
      .add_fixed4("most", UINT32_MAX, 1)
      .add_fixed4("full", UINT32_MAX, UINT32_MAX)
      .add_fixed4("least", 1, UINT32_MAX)
      .add_fixed4("none", 1, 0)
      .end();
  const uint16_t v[] = {0xff00, 0x1234};
  line.begin("nested").begin_array("models");
  for (int i = 0; i < 2; ++i) {
    line.begin_object().add("m", i).begin_array("l").item("a").item(true).item_fixed4(1, 4);
    line.end_array().begin_object("o").end_object().end_object();
  }
  line.begin_array().end_array().item_raw("null").end_array().add_hex("v", v, 4).add_hex("e", v, 0);
  line.end();
  line.begin("empty").end();
  kws::write_fault(line, "overrun", "too slow");
  std::printf("end\n");
}

void long_lines() {
  kws::LineWriter line(print);
  std::vector<char> text;
  for (size_t length = 0; length < kws::LineWriter::kMaxLine + 20; length += length < 200 ? 1 : 3) {
    text.assign(length, length % 5 == 0 ? '"' : 'x');
    text.push_back('\0');
    line.begin("growing").begin_array("a").begin_object().add("text", text.data());
    line.end_object().end_array().end();
  }
}

// p = sum / (255 * divisor): every one the detectors of the tests can make.
void rounding() {
  kws::LineWriter line(print);
  for (uint32_t divisor = 1; divisor <= 12; ++divisor) {
    for (uint32_t sum = 0; sum <= 255 * divisor; sum += divisor > 3 ? 7 : 1) {
      line.begin("p").add("s", sum).add("d", divisor).add_fixed4("p", sum, 255 * divisor).end();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (std::strcmp(mode, "parse") == 0) parse();
  if (std::strcmp(mode, "fuzz") == 0 && argc > 3) {
    const auto number = [&](int i) {
      return static_cast<uint32_t>(std::strtoul(argv[i], nullptr, 10));
    };
    return Fuzzer(number(3)).run(number(2)) ? 0 : 1;
  }
  if (std::strcmp(mode, "lines") == 0) lines();
  if (std::strcmp(mode, "rounding") == 0) rounding();
  if (std::strcmp(mode, "long") == 0) long_lines();
  if (std::strcmp(mode, "crc") == 0) {
    const std::vector<uint8_t> all = read_all();
    std::printf("%u\n", kws::crc16(all.data(), all.size()));
  }
  return 0;
}
