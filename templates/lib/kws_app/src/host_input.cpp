#include "kws_app/host_input.h"

#include <atomic>

#include "kws_app/shape.h"
#include "kws_hal/audio_link.h"
#include "kws_hal/kws_hal.h"

namespace kws {

namespace {

// Nobody reads the serial line while a model runs: the frames under way, each with what stands
// around its payload, and a command of the host must fit what the board keeps of it.
constexpr uint32_t kFramesUnderWay = 3;
constexpr uint32_t kMostUnderWay = kFramesUnderWay * CommandParser::kMaxPayload;
// Of packed samples a frame carries up to twice as many.
constexpr uint32_t kMostPacked = 2 * kMostUnderWay;
static_assert(kMostUnderWay + kFramesUnderWay * CommandParser::kFrameOverhead +
                      CommandParser::kMaxCommand + 1 <=
                  hal::kReceiveBytes,
              "the host may send more than the serial line's buffer holds");

}  // namespace

void HostInput::begin(Kind kind, uint32_t end) {
  kind_ = kind;
  end_ = end;
  received_ = 0;
  next_seq_ = 0;
  half_sample_ = false;
}

void HostInput::play_memory(uint32_t samples) {
  begin(Kind::kMemory, samples);
  hal::audio_link()->device_read = 0;
}

void HostInput::take_tensor(uint8_t* to, uint32_t bytes) {
  begin(Kind::kTensor, bytes);
  tensor_ = to;
}

void HostInput::stop_playing() {
  if (playing()) end_ = received_;
}

void HostInput::payload(uint8_t seq, uint32_t index, uint8_t byte) {
  if (seq != next_seq_) return;
#ifdef KWS_PACKED
  if (kHasFrontend && packed()) {
    unpacker_.feed(index, byte, [this](uint32_t number, uint32_t sample) {
      ring_.put_ahead(2 * number, static_cast<uint8_t>(sample & 0xffu));
      ring_.put_ahead(2 * number + 1, static_cast<uint8_t>(sample >> 8 & 0xffu));
    });
    return;
  }
#endif
  if (kHasFrontend && kind_ == Kind::kAudio) {
    ring_.put_ahead(index + (half_sample_ ? 1 : 0), byte);
  } else if (kind_ == Kind::kTensor && index < end_ - received_) {
    tensor_[received_ + index] = byte;
  }
}

bool HostInput::take(const Command& frame) {
  const uint8_t ahead = static_cast<uint8_t>(frame.seq - next_seq_);
  if (ahead != 0) return ahead < 0x80;
  ++next_seq_;
  const uint32_t left = end_ - received_;
#ifdef KWS_PACKED
  if (kHasFrontend && packed()) {
    const uint32_t samples = unpacker_.samples() < left ? unpacker_.samples() : left;
    received_ += static_cast<uint32_t>(ring_.commit_from_host(samples));
    return false;
  }
#endif
  if (kHasFrontend && kind_ == Kind::kAudio) {
    // What the host is told keeps it from sending more than there is room for.
    const uint32_t bytes = frame.size + (half_sample_ ? 1u : 0u);
    const uint32_t samples = bytes / 2 < left ? bytes / 2 : left;
    received_ += static_cast<uint32_t>(ring_.commit_from_host(samples));
    half_sample_ = bytes % 2 != 0;
  } else {
    received_ += frame.size < left ? frame.size : left;
  }
  return false;
}

size_t HostInput::pull() {
  if (kind_ != Kind::kMemory) return 0;
  AudioLink* link = hal::audio_link();
  if (end_ == kPlayOpen) end_ = link->end;
  const uint32_t written = link->host_written;
  std::atomic_thread_fence(std::memory_order_acquire);
  size_t moved = 0;
  while (received_ != written && received_ < end_) {
    // Up to the end of the shared ring, of what is written, and of the clip.
    const uint32_t at = received_ & (link->capacity - 1);
    uint32_t count = written - received_;
    if (count > link->capacity - at) count = link->capacity - at;
    if (count > end_ - received_) count = end_ - received_;
    const size_t taken = ring_.push_from_host(link->samples + at, count);
    received_ += static_cast<uint32_t>(taken);
    moved += taken;
    if (taken < count) break;
  }
  std::atomic_thread_fence(std::memory_order_release);
  link->device_read = received_;
  return moved;
}

uint32_t HostInput::room() const {
  uint32_t room = 0;
  if (kind_ == Kind::kTensor) {
    room = end_ - received_;
  } else if (takes_audio()) {
    // One sample may be half here.
    const uint32_t space = static_cast<uint32_t>(ring_.space()) * 2;
    room = space > 2 ? space - 2 : 0;
  }
  const uint32_t most = packed() ? kMostPacked : kMostUnderWay;
  return room < most ? room : most;
}

bool HostInput::room_due() const {
  return takes_audio() && received_ < end_ && told_room_ < CommandParser::kMaxPayload &&
         room() >= CommandParser::kMaxPayload;
}

}  // namespace kws
