// Commands: words and decimal numbers, separated by spaces. Frames: docs/protocol.md, "Host to
// device".
#include "kws_protocol/command_parser.h"

#include "kws_protocol/crc16.h"

namespace kws {
namespace {

constexpr uint8_t kFrameStart = 0x02;

struct Word {
  const char* text;
  size_t size;
};

bool equals(const Word& word, const char* text) {
  size_t i = 0;
  while (i < word.size && text[i] != '\0' && word.text[i] == text[i]) ++i;
  return i == word.size && text[i] == '\0';
}

// The next word of [*at, end), empty when there is none.
Word next_word(const char** at, const char* end) {
  while (*at < end && **at == ' ') ++*at;
  const char* start = *at;
  while (*at < end && **at != ' ') ++*at;
  return {start, static_cast<size_t>(*at - start)};
}

// Decimal, up to `max`.
bool number(const Word& word, uint32_t max, uint32_t* value) {
  uint64_t sum = 0;
  for (size_t i = 0; i < word.size; ++i) {
    if (word.text[i] < '0' || word.text[i] > '9') return false;
    sum = 10 * sum + static_cast<uint64_t>(word.text[i] - '0');
    if (sum > max) return false;
  }
  *value = static_cast<uint32_t>(sum);
  return word.size > 0;
}

struct Plain {
  const char* word;
  CommandKind kind;
};

constexpr Plain kPlainCommands[] = {
    {"hello", CommandKind::kHello}, {"reset", CommandKind::kReset},
    {"mic", CommandKind::kMic},     {"stop", CommandKind::kStop},
    {"stats", CommandKind::kStats}, {"credit", CommandKind::kCredit},
};

#ifdef KWS_TRACE
struct TraceCommand {
  const char* word;
  CommandKind kind;
  uint32_t numbers;
};

constexpr TraceCommand kTraceCommands[] = {
    {"digests", CommandKind::kTraceDigests, 0},   {"memory", CommandKind::kTraceMemory, 0},
    {"values", CommandKind::kTraceValues, 4},     {"constants", CommandKind::kTraceConstants, 1},
    {"constant", CommandKind::kTraceConstant, 2}, {"ticks", CommandKind::kTraceTicks, 0},
    {"report", CommandKind::kTraceReport, 0},
};

// `trace` of a build that tells while it computes; kNone where it is none of these.
CommandKind trace_command(const char* at, const char* end, uint32_t* numbers) {
  const Word word = next_word(&at, end);
  for (const TraceCommand& one : kTraceCommands) {
    if (!equals(word, one.word)) continue;
    for (uint32_t i = 0; i < one.numbers; ++i) {
      if (!number(next_word(&at, end), UINT32_MAX, &numbers[i])) return CommandKind::kNone;
    }
    return next_word(&at, end).size == 0 ? one.kind : CommandKind::kNone;
  }
  return CommandKind::kNone;
}
#endif

}  // namespace

const char* command_name(CommandKind kind) {
  for (const Plain& plain : kPlainCommands) {
    if (plain.kind == kind) return plain.word;
  }
#ifdef KWS_TRACE
  if (tells_values(kind)) return "trace";
#endif
  switch (kind) {
    case CommandKind::kPlay:
    case CommandKind::kPlayMemory:
#ifdef KWS_PACKED
    case CommandKind::kPlayPacked:
#endif
      return "play";
    case CommandKind::kInput:
      return "input";
    case CommandKind::kTraceFeatures:
    case CommandKind::kTraceOff:
      return "trace";
    case CommandKind::kCutoff:
      return "cutoff";
#ifdef KWS_LIVE
    case CommandKind::kWindow:
      return "window";
    case CommandKind::kRefractory:
      return "refractory";
    case CommandKind::kGain:
      return "gain";
#endif
#ifdef KWS_AUDIO
    case CommandKind::kAudioOn:
    case CommandKind::kAudioOff:
      return "audio";
#endif
    default:
      return "";
  }
}

bool CommandParser::done(CommandKind kind) {
  command_.kind = kind;
  lost_ = false;
  return true;
}

bool CommandParser::bad_command(const char* reason) {
  if (lost_) return false;
  command_ = {};
  command_.kind = CommandKind::kBadCommand;
  command_.reason = reason;
  return true;
}

bool CommandParser::bad_frame(const char* reason) {
  state_ = State::kLine;
  filled_ = 0;
  unprintable_ = false;
  if (lost_) return false;
  lost_ = true;
  command_ = {};
  command_.kind = CommandKind::kBadFrame;
  command_.reason = reason;
  return true;
}

void CommandParser::drop_line() {
  state_ = State::kLine;
  filled_ = 0;
  unprintable_ = false;
}

bool CommandParser::feed(uint8_t byte) {
  return state_ >= State::kSeq ? feed_frame(byte) : feed_line(byte);
}

bool CommandParser::feed_line(uint8_t byte) {
  if (byte == kFrameStart) {
    state_ = State::kSeq;
    return false;
  }
  if (byte == '\r') return false;
  if (byte == '\n') {
    const bool overlong = state_ == State::kOverlongLine;
    const bool unprintable = unprintable_;
    state_ = State::kLine;
    unprintable_ = false;
    if (overlong) {
      filled_ = 0;
      return bad_command("a command has at most 120 characters");
    }
    const bool complete = unprintable ? bad_command("a command is printable ASCII") : parse_line();
    filled_ = 0;
    return complete;
  }
  if (state_ == State::kOverlongLine) return false;
  if (byte < 0x20 || byte > 0x7e) unprintable_ = true;
  if (filled_ == kMaxCommand) {
    state_ = State::kOverlongLine;
    return false;
  }
  buffer_[filled_++] = byte;
  return false;
}

bool CommandParser::feed_frame(uint8_t byte) {
  if (state_ == State::kSeq) crc_ = kCrc16Start;
  if (state_ <= State::kPayload) crc_ = crc16_add(crc_, byte);
  switch (state_) {
    case State::kSeq:
      seq_ = byte;
      state_ = State::kLengthLow;
      return false;
    case State::kLengthLow:
      length_ = byte;
      state_ = State::kLengthHigh;
      return false;
    case State::kLengthHigh:
      length_ = static_cast<uint16_t>(length_ | (byte << 8));
      filled_ = 0;
      if (length_ == 0 || length_ > kMaxPayload) return bad_frame("a frame carries 1 to 512 bytes");
      state_ = State::kPayload;
      return false;
    case State::kPayload:
      sink_.payload(seq_, filled_++, byte);
      if (filled_ == length_) state_ = State::kCrcLow;
      return false;
    case State::kCrcLow:
      received_crc_ = byte;
      state_ = State::kCrcHigh;
      return false;
    default:
      received_crc_ = static_cast<uint16_t>(received_crc_ | (byte << 8));
      if (received_crc_ != crc_) return bad_frame("a frame's CRC is wrong");
      state_ = State::kLine;
      filled_ = 0;
      unprintable_ = false;
      command_ = {};
      command_.seq = seq_;
      command_.size = length_;
      return done(CommandKind::kFrame);
  }
}

bool CommandParser::parse_line() {
  const char* at = reinterpret_cast<const char*>(buffer_);
  const char* end = at + filled_;
  const Word word = next_word(&at, end);
  if (word.size == 0) return false;  // an empty line
#ifdef KWS_TRACE
  if (equals(word, "trace")) {
    command_ = {};
    const CommandKind kind = trace_command(at, end, command_.numbers);
    if (kind != CommandKind::kNone) return done(kind);
  }
#endif
  const Word first = next_word(&at, end);
  const Word second = next_word(&at, end);
  if (next_word(&at, end).size > 0) return bad_command("too many words for a command");

  command_ = {};
  for (const Plain& plain : kPlainCommands) {
    if (!equals(word, plain.word)) continue;
    return first.size == 0 ? done(plain.kind) : bad_command("this command takes no arguments");
  }
  if (equals(word, "play")) {
    const bool memory = equals(second, "memory");
    const bool open = equals(first, "open");
    if (open) command_.value = kPlayOpen;
#ifdef KWS_PACKED
    if (equals(second, "packed") && (open || number(first, kPlayOpen - 1, &command_.value)))
      return done(CommandKind::kPlayPacked);
#endif
    if ((open || number(first, kPlayOpen - 1, &command_.value)) && (memory || second.size == 0))
      return done(memory ? CommandKind::kPlayMemory : CommandKind::kPlay);
    return bad_command("play takes a number of samples, or open, and then nothing, or memory");
  }
  if (equals(word, "input")) {
    if (number(first, 255, &command_.model) && number(second, UINT32_MAX, &command_.value))
      return done(CommandKind::kInput);
    return bad_command("input takes a model's number and a number of bytes");
  }
  if (equals(word, "trace")) {
    if (second.size == 0 && equals(first, "features")) return done(CommandKind::kTraceFeatures);
    if (second.size == 0 && equals(first, "off")) return done(CommandKind::kTraceOff);
    return bad_command("trace takes features, or off");
  }
  if (equals(word, "cutoff")) {
    if (number(first, 255, &command_.model) && number(second, 255, &command_.value))
      return done(CommandKind::kCutoff);
    return bad_command("cutoff takes a model's number and a value from 0 to 255");
  }
#ifdef KWS_LIVE
  if (equals(word, "window")) {
    if (number(first, 255, &command_.model) && number(second, 255, &command_.value) &&
        command_.value > 0)
      return done(CommandKind::kWindow);
    return bad_command("window takes a model's number and a number of inferences");
  }
  if (equals(word, "refractory")) {
    if (number(first, 255, &command_.model) && number(second, 65535, &command_.value))
      return done(CommandKind::kRefractory);
    return bad_command("refractory takes a model's number and a number of feature steps");
  }
  if (equals(word, "gain")) {
    if (number(first, 255, &command_.value) && second.size == 0) return done(CommandKind::kGain);
    return bad_command("gain takes a value from 0 to 255");
  }
#endif
#ifdef KWS_AUDIO
  if (equals(word, "audio")) {
    if (second.size == 0 && equals(first, "on")) return done(CommandKind::kAudioOn);
    if (second.size == 0 && equals(first, "off")) return done(CommandKind::kAudioOff);
    return bad_command("audio takes on, or off");
  }
#endif
  return bad_command(
      "unknown command; send hello, reset, mic, play, stop, input, trace, cutoff or stats");
}

}  // namespace kws
