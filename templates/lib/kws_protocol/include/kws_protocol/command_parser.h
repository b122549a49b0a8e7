// Reads what the host sends (docs/protocol.md): text commands and binary frames, byte by byte.
//
// Owns: the syntax of commands and frames, and finding back after garbage. Leaves to others:
// whether a command makes sense now, model numbers, sequence numbers, payloads (the application).
// Holds one line and no frame; whatever comes in, it neither allocates nor waits nor reads past its
// buffer.
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
#ifdef KWS_PACKED
  kPlayPacked,  // the same, in frames of packed samples
#endif
  kStop,
  kInput,  // model, value: bytes
  kTraceFeatures,
  kTraceOff,
  kCutoff,  // model, value: 0…255
#ifdef KWS_TRACE
  kTraceDigests,  // the first and the last are named in tells_values()
  kTraceMemory,
  kTraceValues,     // numbers: stage, model, number, id
  kTraceConstants,  // model: of a model, of the front end, of the resampler
  kTraceConstant,   // the same, numbers[1]: which of them
  kTraceTicks,
  kTraceReport,
#endif
#ifdef KWS_LIVE
  kWindow,      // model, value: inferences
  kRefractory,  // model, value: feature steps
  kGain,        // value: in the capture API's units
#endif
#ifdef KWS_AUDIO
  kAudioOn,
  kAudioOff,
#endif
  kStats,
  kCredit,
  kFrame,       // seq, payload, size
  kBadCommand,  // reason; the fault `bad-command`
  kBadFrame,    // reason; the fault `bad-frame`
};

#ifdef KWS_TRACE
// Whether it is a `trace` that only firmware which tells its values understands.
constexpr bool tells_values(CommandKind kind) {
  return kind >= CommandKind::kTraceDigests && kind <= CommandKind::kTraceReport;
}
#endif

constexpr uint32_t kPlayOpen = 0xffffffffu;

struct Command {
  CommandKind kind;
  uint8_t seq;         // of a frame
  uint16_t size;       // of a frame's payload, 1…512
  uint32_t model;      // number in the hello, from 0
  uint32_t value;      // samples, bytes or cutoff
  const char* reason;  // of what is bad: a sentence, static text
#ifdef KWS_TRACE
  uint32_t numbers[4];
#endif
};

// Where payloads of frames go. A byte comes before it is known whether its frame is whole: only a
// kFrame makes them count, and a frame that is sent again brings them again.
class PayloadSink {
 public:
  // `index`: from 0, in order.
  virtual void payload(uint8_t seq, uint32_t index, uint8_t byte) = 0;

 protected:
  ~PayloadSink() = default;
};

// The command's first word as the `cmd` of its `ok`: "play", "trace", …; "" for frames and errors.
const char* command_name(CommandKind kind);

class CommandParser {
 public:
  static constexpr size_t kMaxCommand = 120;
  static constexpr size_t kMaxPayload = 512;
  // Of a frame, beside its payload: start, sequence number, length (2), CRC (2).
  static constexpr size_t kFrameOverhead = 6;

  explicit CommandParser(PayloadSink& sink) : sink_(sink) {}

  // True when `byte` completed something: see command().
  bool feed(uint8_t byte);
  const Command& command() const { return command_; }

  // The line that has begun is none: what was read of it is forgotten.
  void drop_line();

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

  PayloadSink& sink_;
  State state_ = State::kLine;
  bool lost_ = false;  // after a bad frame, until something is right again
  bool unprintable_ = false;
  uint16_t filled_ = 0;
  uint16_t length_ = 0;
  uint16_t crc_ = 0;
  uint16_t received_crc_ = 0;
  uint8_t seq_ = 0;
  uint8_t buffer_[kMaxCommand] = {};
  Command command_ = {};
};

}  // namespace kws
