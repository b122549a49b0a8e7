// The application: listens to the microphone or to audio the host pushes, runs the pipeline, and
// speaks the protocol (docs/protocol.md).
//
// Owns: what a command does, where audio comes from now, what is reported. Leaves to others: the
// numbers (Pipeline), what the host pushes (HostInput), the syntax (kws_protocol), the board
// (kws_hal).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/config.h"
#include "kws_app/host_input.h"
#include "kws_app/pipeline.h"
#include "kws_hal/audio_ring.h"
#include "kws_hal/clip_watch.h"
#include "kws_hal/silence_watch.h"
#include "kws_protocol/command_parser.h"
#include "kws_protocol/line_writer.h"

namespace kws {

class App final : private PipelineListener {
 public:
  explicit App(const AppConfig& config);

  // Starts the board, the models and the microphone. Call once.
  void begin();
  // One round of the main loop: reads commands, moves audio, computes, sleeps when nothing is due.
  void poll();

 private:
  bool poll_serial();
  bool poll_audio();
  void poll_hello();
  void handle(const Command& command);
  void run_other();
  void handle_frame(const Command& frame);
  void start_play(const Command& command);
  void start_input(uint32_t model, uint32_t bytes);
  void finish_play();
  void finish_input();
#ifdef KWS_TRACE
  void trace(const Command& command);
#endif
#ifdef KWS_LIVE
  void set_live(const Command& command);
#endif
#ifdef KWS_AUDIO
  void begin_audio();
  void send_audio(const int16_t* samples, size_t count);
  void flush_audio();
#endif
  void back_to_microphone();
  void reset();

  void send_hello();
  LineWriter& begin_ok(const char* command);
  void send_ok(const char* command);
  void send_credit(bool resend);
  void watch_microphone(const int16_t* samples, size_t count);
  void send_stats();
  void rest();
  void fault(const char* code, const char* message);

  void on_features(const Frontend& frontend, uint32_t number) override;
  void on_score(uint32_t model, const TensorView& output, uint32_t ms) override;
  void on_detection(uint32_t model, uint32_t label, uint16_t p, uint32_t ms) override;
  void on_model_failure(uint32_t model) override;

  const AppConfig& config_;
  AudioRing ring_;
  HostInput host_;
  Pipeline pipeline_;
  CommandParser parser_;
  LineWriter line_;
  SilenceWatch silence_;
  ClipWatch clipping_;

  bool ready_ = false;      // every model is prepared
  bool greeted_ = false;    // the host has sent something
  bool listening_ = false;  // the microphone runs
  bool told_no_microphone_ = false;
  bool trace_features_ = false;
  uint32_t told_overruns_ = 0;
  uint32_t overruns_told_at_ = 0;  // ticks
  uint32_t hello_at_ = 0;          // ticks
  uint32_t round_at_ = 0;          // ticks, at the latest round of the main loop
  uint64_t up_ = 0;                // ticks since start
  uint64_t asleep_ = 0;            // ticks of these

  uint32_t input_model_ = 0;
  uint32_t scores_ = 0;
  uint32_t detections_ = 0;
#ifdef KWS_AUDIO
  // What is heard goes to the host only while it asks for it.
  static constexpr uint32_t kAudioBlock = 256;  // samples
  bool audio_on_ = false;
  uint32_t audio_at_ = 0;  // of the first sample that waits, since reset
  uint32_t audio_count_ = 0;
  int16_t audio_block_[kAudioBlock] = {};
#endif
};

}  // namespace kws
