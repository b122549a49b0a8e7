// Reads what the host sends (docs/protocol.md): text commands and binary frames, byte by byte.
//
// Owns: the syntax of commands and frames, and finding back after garbage. Leaves to others:
// whether a command makes sense now, model numbers, sequence numbers (the application). Holds one
// line or one frame; whatever comes in, it neither allocates nor waits nor reads past its buffer.
//
//   for (size_t i = 0; i < count; ++i)
//     if (parser.feed(bytes[i])) handle(parser.command());
//
// A frame starts with 0x02, which no command contains: wherever it comes, an unfinished line is
// dropped. After a damaged frame its rest looks like garbage; that one bad frame is reported, the
// garbage is not. 520 line ends bring the parser back to the start of a line from any state.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

enum class CommandKind : uint8_t {
  kNone,
  kHello,
  kReset,
  kMic,
  kPlay,        // value: samples, or kPlayOpen
  kPlayMemory,  // the same, through shared memory
  kStop,
  kInput,  // model, value: bytes
  kTraceFeatures,
  kTraceOff,
  kCutoff,  // model, value: 0…255
  kStats,
  kCredit,
  kFrame,       // seq, payload, size
  kBadCommand,  // reason; the fault `bad-command`
  kBadFrame,    // reason; the fault `bad-frame`
};

constexpr uint32_t kPlayOpen = 0xffffffffu;

struct Command {
  CommandKind kind;
  uint8_t seq;             // of a frame
  uint16_t size;           // of a frame's payload, 1…512
  uint32_t model;          // number in the hello, from 0
  uint32_t value;          // samples, bytes or cutoff
  const uint8_t* payload;  // of a frame; valid until the next feed()
  const char* reason;      // of what is bad: a sentence, static text
};

// The command's first word as the `cmd` of its `ok`: "play", "trace", …; "" for frames and errors.
const char* command_name(CommandKind kind);

class CommandParser {
 public:
  static constexpr size_t kMaxCommand = 120;
  static constexpr size_t kMaxPayload = 512;

  // True when `byte` completed something: see command().
  bool feed(uint8_t byte);
  const Command& command() const { return command_; }

  // Whether a frame has begun and is not yet whole.
  bool inside_frame() const { return state_ >= State::kSeq; }

 private:
  enum class State : uint8_t {
    kLine,
    kOverlongLine,
    kSeq,
    kLengthLow,
    kLengthHigh,
    kPayload,
    kCrcLow,
    kCrcHigh
  };

  bool feed_line(uint8_t byte);
  bool feed_frame(uint8_t byte);
  bool parse_line();
  bool done(CommandKind kind);
  bool bad_command(const char* reason);
  bool bad_frame(const char* reason);

  State state_ = State::kLine;
  bool lost_ = false;  // after a bad frame, until something is right again
  bool unprintable_ = false;
  uint16_t filled_ = 0;
  uint16_t length_ = 0;
  uint16_t crc_ = 0;
  uint16_t received_crc_ = 0;
  uint8_t seq_ = 0;
  uint8_t buffer_[kMaxPayload] = {};
  Command command_ = {};
};

}  // namespace kws
