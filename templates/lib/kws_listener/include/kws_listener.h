// A wake-word detector for programs of one's own: samples in, detections out. No board, no serial
// line, nothing allocated.
//
//   void heard(const kws::Heard& what, void*) { std::printf("%s\n", what.label); }
//
//   kws::Listener listener(heard);
//   listener.begin();
//   for (;;) listener.push(samples, count);  // as they come
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/pipeline.h"

namespace kws {

struct Heard {
  const char* model;
  const char* label;  // as trained; valid for ever
  float p;            // mean probability, 0 to 1
  uint32_t ms;        // audio time since the start or the last reset()
};

// There is one in a program: the models' memory is theirs alone. Not for interrupts; push() takes
// as long as the front end and the models need.
class Listener final : private PipelineListener {
 public:
  using Callback = void (*)(const Heard& heard, void* context);

  // `context` is handed back at each call.
  explicit Listener(Callback callback, void* context = nullptr)
      : callback_(callback), context_(context), pipeline_(kAppConfig, *this) {}

  // Prepares the models, once, before anything else. nullptr, or why one of them cannot run.
  const char* begin();

  // Samples per second that push() takes.
  static uint32_t sample_rate() { return kAppConfig.capture_rate; }

  // `count` samples of 16 bits, one channel, in any portions: the decisions do not depend on them.
  void push(const int16_t* samples, size_t count) { pipeline_.consume(samples, count); }

  // Forgets what was heard: the next sample is the first of another recording.
  void reset() { pipeline_.reset(); }

  // Detection cutoff of a model by its place in the project, 0 to 255; false where there is none.
  bool set_cutoff(uint32_t model, uint8_t cutoff);

 private:
  void on_features(const Frontend&, uint32_t) override {}
  void on_score(uint32_t, const TensorView&, uint32_t) override {}
  void on_detection(uint32_t model, uint32_t label, uint16_t p, uint32_t ms) override;
  void on_model_failure(uint32_t) override {}

  Callback callback_;
  void* context_;
  Pipeline pipeline_;
};

}  // namespace kws
