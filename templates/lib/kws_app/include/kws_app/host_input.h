// What the host pushes in place of the microphone: audio or a model's input tensor in frames, or
// audio through shared memory.
//
// Owns: what has come of it and in which order, where it goes, how much more may come. Leaves to
// others: what a command does and what is answered (App), the pipeline.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_hal/audio_ring.h"
#include "kws_protocol/command_parser.h"
#include "kws_protocol/unpacker.h"

namespace kws {

class HostInput final : public PayloadSink {
 public:
  // Audio goes into `ring`.
  explicit HostInput(AudioRing& ring) : ring_(ring) {}

  // Begins. `samples`: kPlayOpen: until `stop_playing`, or until the shared memory says so.
  void play_frames(uint32_t samples) { begin(Kind::kAudio, samples); }
  void play_memory(uint32_t samples);
#ifdef KWS_PACKED
  void play_packed(uint32_t samples) { begin(Kind::kPacked, samples); }
#endif
  // `bytes` of a tensor to `to`.
  void take_tensor(uint8_t* to, uint32_t bytes);

  bool playing() const { return takes_audio() || kind_ == Kind::kMemory; }
  bool takes_frames() const { return takes_audio() || kind_ == Kind::kTensor; }
  bool complete() const { return received_ == end_; }
  bool tensor_complete() const { return kind_ == Kind::kTensor && complete(); }
  // Samples or bytes.
  uint32_t received() const { return received_; }
  uint8_t next_seq() const { return next_seq_; }

  // What has come is all of it.
  void stop_playing();
  void end() { kind_ = Kind::kNothing; }

  // Bytes of the frame that is due, to where they belong: the tensor, or ahead in the ring.
  void payload(uint8_t seq, uint32_t index, uint8_t byte) override;
  // The frame's payload has come; true where one before it is missing. A second copy of one that
  // was taken is passed over: asking for more copies because of it would never end.
  bool take(const Command& frame);
  // What is new in the shared memory: the number of samples.
  size_t pull();

  // Bytes of samples or of a tensor that the host may send now, to be told: the host waits once
  // they are less than a frame.
  uint32_t tell_room() { return told_room_ = room(); }
  // Whether the host waits and need not.
  bool room_due() const;

 private:
  enum class Kind : uint8_t { kNothing, kAudio, kPacked, kTensor, kMemory };

#ifdef KWS_PACKED
  bool packed() const { return kind_ == Kind::kPacked; }
#else
  static constexpr bool packed() { return false; }
#endif
  bool takes_audio() const { return kind_ == Kind::kAudio || packed(); }
  void begin(Kind kind, uint32_t end);
  uint32_t room() const;

  AudioRing& ring_;
  Kind kind_ = Kind::kNothing;
  uint8_t next_seq_ = 0;
  bool half_sample_ = false;  // a frame ended in the middle of a sample
  uint32_t end_ = 0;          // samples or bytes; kPlayOpen: not known
  uint32_t received_ = 0;     // samples or bytes
  uint32_t told_room_ = 0;
  uint8_t* tensor_ = nullptr;
#ifdef KWS_PACKED
  Unpacker unpacker_;
#endif
};

}  // namespace kws
