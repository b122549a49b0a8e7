#include "kws_app/app.h"

#include "kws_app/tracer.h"
#include "kws_device.h"
#include "kws_hal/kws_hal.h"

namespace kws {

namespace {

constexpr uint32_t kChunk = 256;  // samples moved at a time

uint32_t element_bytes(ElementType type) {
  return kHasFloats && type == ElementType::kFloat32 ? 4 : 1;
}

}  // namespace

App::App(const AppConfig& config)
    : config_(config),
      ring_(config.audio, config.audio_capacity),
      host_(ring_),
      pipeline_(config, *this),
      parser_(host_),
      line_(hal::serial_write),
      silence_(config.capture_rate),
      clipping_(config.capture_rate) {}

void App::begin() {
  hal::begin();
#ifdef KWS_TRACE
  tracer.attach(config_, line_);
#endif
  if (config_.actions != nullptr) config_.actions->begin();
  kws_user_setup();
  hello_at_ = hal::ticks();
  round_at_ = hello_at_;
  uint32_t failed = 0;
  const ModelStatus status = pipeline_.prepare(&failed);
  ready_ = status.ok;
  send_hello();
  if (!ready_) {
    fault("model", status.reason);
    return;
  }
  if (config_.other_commands != nullptr) config_.other_commands->begin(config_);
  back_to_microphone();
}

void App::poll() {
  const bool heard = poll_serial();
  const bool worked = ready_ && poll_audio();
  poll_hello();
  if (config_.actions != nullptr) config_.actions->poll();
  if (ready_ && config_.other_commands != nullptr) config_.other_commands->poll();
  kws_user_loop();
  if (!heard && !worked) rest();
  const uint32_t now = hal::ticks();
  up_ += now - round_at_;
  round_at_ = now;
}

void App::rest() {
  if (config_.sleep == Sleep::kOff) return;
  const uint32_t start = hal::ticks();
  hal::idle(config_.sleep == Sleep::kDeep);
  asleep_ += hal::ticks() - start;
}

void App::poll_hello() {
  if (greeted_ || hal::ticks() - hello_at_ < hal::ticks_per_second()) return;
  hello_at_ = hal::ticks();
  send_hello();
}

bool App::poll_serial() {
  uint8_t bytes[64];
  const size_t count = hal::serial_read(bytes, sizeof bytes);
  for (size_t i = 0; i < count; ++i) {
    if (config_.other_commands != nullptr && !parser_.inside_frame() &&
        config_.other_commands->feed(bytes[i])) {
      parser_.drop_line();
      run_other();
    } else if (parser_.feed(bytes[i])) {
      handle(parser_.command());
    }
  }
  return count > 0;
}

// As for a pushed tensor: nothing is heard meanwhile, and everything starts from a known state.
void App::run_other() {
  greeted_ = true;
  if (!ready_) return fault("model", "A model could not be prepared: nothing can run.");
  host_.end();
  if (ring_.source() == AudioRing::Source::kMicrophone) {
    reset();
    ring_.select(AudioRing::Source::kHost);
  }
  config_.other_commands->run(pipeline_);
}

bool App::poll_audio() {
  if (!kHasFrontend) return false;
  bool worked = host_.pull() > 0;
  int16_t chunk[kChunk];
  const size_t count = ring_.pop(chunk, kChunk);
  if (count > 0) {
    worked = true;
    if (ring_.source() == AudioRing::Source::kMicrophone) watch_microphone(chunk, count);
#ifdef KWS_AUDIO
    send_audio(chunk, count);
#endif
    pipeline_.consume(chunk, count);
    if (host_.room_due()) send_credit(false);
  }
  if (host_.playing() && host_.complete() && ring_.available() == 0) {
    finish_play();
  }
  // Told once the burst is over, and once a second where it never ends.
  const uint32_t overruns = ring_.overruns();
  const uint32_t now = hal::ticks();
  if (overruns != told_overruns_ &&
      (count == 0 || now - overruns_told_at_ >= hal::ticks_per_second())) {
    told_overruns_ = overruns;
    overruns_told_at_ = now;
    fault("overrun",
          "Samples of the microphone were lost: inference takes longer than the audio it is for.");
  }
  return worked;
}

void App::watch_microphone(const int16_t* samples, size_t count) {
  if (silence_.observe(samples, count) && !told_no_microphone_) {
    told_no_microphone_ = true;
    fault("no-microphone",
          "The microphone's samples never change: is it there, powered, and wired to the pins of "
          "the "
          "board file? The plain Nano 33 BLE has none.");
  }
  if (clipping_.observe(samples, count)) {
    fault("clipping",
          "The microphone is too loud: many samples are at the ends of their range. Lower its gain "
          "(kws.json: boards, microphone.gain), or speak from further away.");
  }
}

void App::start_play(const Command& command) {
  const uint32_t samples = command.value;
  const bool memory = command.kind == CommandKind::kPlayMemory;
  reset();
  ring_.select(AudioRing::Source::kHost);
  if (memory) {
    host_.play_memory(samples);
#ifdef KWS_PACKED
  } else if (command.kind == CommandKind::kPlayPacked) {
    host_.play_packed(samples);
#endif
  } else {
    host_.play_frames(samples);
  }
  // What was understood: a digit may have been lost on its way.
  begin_ok("play").add("samples", samples).end();
  if (!memory) send_credit(false);
}

void App::finish_play() {
  tracer.end_of_samples();
#ifdef KWS_AUDIO
  flush_audio();
#endif
  line_.begin("end")
      .add("samples", host_.received())
      .add("scores", scores_)
      .add("detections", detections_)
      .add("late", pipeline_.pace().late);
  line_.end();
  back_to_microphone();
}

void App::back_to_microphone() {
  reset();
  host_.end();
  ring_.select(AudioRing::Source::kMicrophone);
  if (!kHasFrontend || listening_ || config_.frontend == nullptr || !hal::has_microphone()) return;
  const char* reason = nullptr;
  listening_ = hal::microphone_begin(ring_, config_.capture_rate, &reason);
  if (!listening_) fault("microphone", reason);
}

void App::reset() {
#ifdef KWS_AUDIO
  begin_audio();
#endif
  pipeline_.reset();
  silence_.reset();
  scores_ = 0;
  detections_ = 0;
}

void App::start_input(uint32_t model, uint32_t bytes) {
  const TensorView input = config_.models[model].model->input();
  if (bytes != input.count * element_bytes(input.type)) {
    fault("bad-command", "input: the number of bytes is not that of the model's input tensor.");
    return;
  }
  if (ring_.source() == AudioRing::Source::kMicrophone || host_.playing()) {
    // Nothing may run between the pushed tensors, and they start from a known state.
    reset();
    ring_.select(AudioRing::Source::kHost);
  }
  input_model_ = model;
  host_.take_tensor(static_cast<uint8_t*>(input.data), bytes);
  send_credit(false);
}

void App::finish_input() {
  host_.end();
  if (!pipeline_.invoke(input_model_)) {
    on_model_failure(input_model_);
    return;
  }
  const ModelConfig& model = config_.models[input_model_];
  const TensorView output = model.model->output();
  line_.begin("output").add("m", model.model->name).begin_array("q");
  for (uint32_t i = 0; i < output.count; ++i) line_.item(raw_output(output, model.output, i));
  line_.end_array().end();
}

void App::handle_frame(const Command& frame) {
  if (!host_.takes_frames()) return;  // sent again while its first copy ended the clip
  const bool gap = host_.take(frame);
  if (host_.tensor_complete()) finish_input();
  if (host_.takes_frames()) send_credit(gap);
}

void App::handle(const Command& command) {
  greeted_ = true;
#ifdef KWS_TRACE
  if (tells_values(command.kind)) return trace(command);
#endif
  switch (command.kind) {
    case CommandKind::kNone:
      return;
    case CommandKind::kHello:
#ifdef KWS_AUDIO
      audio_on_ = false;  // whoever is new has not asked for it
#endif
      return send_hello();
    case CommandKind::kBadCommand:
      return fault("bad-command", command.reason);
    case CommandKind::kBadFrame:
      if (!host_.takes_frames()) return;
      fault("bad-frame", command.reason);
      return send_credit(true);
    case CommandKind::kFrame:
      return handle_frame(command);
    case CommandKind::kStats:
      return send_stats();
    case CommandKind::kTraceFeatures:
    case CommandKind::kTraceOff:
      trace_features_ = command.kind == CommandKind::kTraceFeatures;
#ifdef KWS_TRACE
      tracer.set_mode(Tracer::Mode::kOff);
#endif
      return send_ok("trace");
    case CommandKind::kCredit:
      return send_credit(false);
#ifdef KWS_AUDIO
    case CommandKind::kAudioOn:
    case CommandKind::kAudioOff:
      audio_on_ = command.kind == CommandKind::kAudioOn;
      begin_audio();
      return send_ok("audio");
#endif
#ifdef KWS_LIVE
    case CommandKind::kWindow:
    case CommandKind::kRefractory:
    case CommandKind::kGain:
      return set_live(command);
#endif
    default:
      break;
  }
  if (!ready_) return fault("model", "A model could not be prepared: nothing can run.");
  switch (command.kind) {
    case CommandKind::kReset:
      pipeline_.clear_ticks();
      ring_.reset_overruns();
      told_overruns_ = 0;
      host_.end();
      ring_.select(ring_.source());
      reset();
      return send_ok("reset");
    case CommandKind::kMic:
      told_no_microphone_ = false;  // whoever asks may not have heard it
      clipping_.reset();
      back_to_microphone();
      return send_ok("mic");
    case CommandKind::kPlay:
    case CommandKind::kPlayMemory:
#ifdef KWS_PACKED
    case CommandKind::kPlayPacked:
#endif
      if (!kHasFrontend || config_.frontend == nullptr) {
        return fault("bad-command",
                     "play: this firmware has no front end; push tensors with 'input'.");
      }
      if (command.kind == CommandKind::kPlayMemory && hal::audio_link() == nullptr) {
        return fault("bad-command", "play: this board shares no memory with the host.");
      }
      return start_play(command);
    case CommandKind::kStop:
      host_.stop_playing();
      return send_ok("stop");
    case CommandKind::kInput:
    case CommandKind::kCutoff:
      if (command.model >= config_.model_count) {
        return fault("bad-command", "There is no model of that number; see 'hello'.");
      }
      if (command.kind == CommandKind::kInput) return start_input(command.model, command.value);
      if (kHasFrontend && config_.models[command.model].detector != nullptr) {
        config_.models[command.model].detector->set_cutoff(static_cast<uint8_t>(command.value));
      }
      begin_ok("cutoff").add("m", command.model).add("value", command.value).end();
      return;
    default:
      return;
  }
}

#ifdef KWS_LIVE
void App::set_live(const Command& command) {
  if (command.kind == CommandKind::kGain) {
    if (!hal::microphone_gain(command.value))
      return fault("bad-command",
                   "gain: this board's microphone has none that can be set to that.");
    begin_ok("gain").add("value", command.value).end();
    return;
  }
  Detector* const detector = kHasFrontend && command.model < config_.model_count
                                 ? config_.models[command.model].detector
                                 : nullptr;
  if (detector == nullptr) {
    return fault("bad-command", "There is no detector of a model of that number; see 'hello'.");
  }
  if (command.kind == CommandKind::kRefractory) {
    detector->set_refractory(static_cast<uint16_t>(command.value));
  } else if (!detector->set_window(command.value)) {
    return fault("bad-command", "window: this firmware keeps fewer inferences than that.");
  }
  begin_ok(command_name(command.kind)).add("m", command.model).add("value", command.value).end();
}
#endif

#ifdef KWS_AUDIO
void App::begin_audio() { audio_count_ = 0; }

// Before they are consumed: they are counted from the pipeline's own count.
void App::send_audio(const int16_t* samples, size_t count) {
  if (!audio_on_) return;
  for (size_t i = 0; i < count; ++i) {
    if (audio_count_ == 0) audio_at_ = pipeline_.samples() + static_cast<uint32_t>(i);
    audio_block_[audio_count_++] = samples[i];
    if (audio_count_ == kAudioBlock) flush_audio();
  }
}

void App::flush_audio() {
  if (audio_count_ == 0) return;
  line_.begin("audio")
      .add("n", audio_at_)
      .add("lost", ring_.overruns())
      .add_base64("v", audio_block_, audio_count_ * sizeof(int16_t))
      .end();
  audio_count_ = 0;
}
#endif

#ifdef KWS_TRACE
void App::trace(const Command& command) {
  const uint32_t* const numbers = command.numbers;
  switch (command.kind) {
    case CommandKind::kTraceDigests:
      tracer.set_mode(Tracer::Mode::kDigests);
      break;
    case CommandKind::kTraceMemory:
      if (hal::audio_link() == nullptr) {
        return fault("bad-command", "trace: this board shares no memory with the host.");
      }
      tracer.set_mode(Tracer::Mode::kMemory);
      break;
    case CommandKind::kTraceValues:
      tracer.want(static_cast<TraceStage>(numbers[0]), numbers[1], numbers[2], numbers[3]);
      break;
    case CommandKind::kTraceConstants:
      tracer.constants(numbers[0]);
      break;
    case CommandKind::kTraceConstant:
      tracer.constant(numbers[0], numbers[1]);
      break;
    case CommandKind::kTraceTicks:
      tracer.set_mode(Tracer::Mode::kTicks);
      break;
    default:
      tracer.report();
      break;
  }
  send_ok("trace");
}
#endif

void App::on_features(const Frontend& frontend, uint32_t number) {
  if (!kHasFrontend || !trace_features_) return;
  line_.begin("features").add("n", number);
  // Absent: uint16.
  if (frontend.frame_type() == FrameType::kFloat32) line_.add("type", "f32");
  if (frontend.frame_type() == FrameType::kFixed32) line_.add("type", "q16");
  line_.add_hex("v", frontend.frame(), frontend.frame_bytes()).end();
}

void App::on_model_failure(uint32_t model) {
  static_cast<void>(model);
  fault("model", "The runtime failed while running a model; it stays off until 'reset'.");
}

}  // namespace kws
