// Audio to decisions: front end, feature ring, models, detectors, in the order that a feature step
// has.
//
// Owns: when a model runs and what it sees, and the counters of time (samples, feature steps).
// Leaves to others: where audio comes from and who is told (App), the arithmetic (the other
// libraries).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/config.h"
#include "kws_app/shape.h"
#include "kws_app/ticks.h"

namespace kws {

// What the pipeline reports. The application turns it into lines of the protocol.
class PipelineListener {
 public:
  // A frame as the front end leaves it.
  virtual void on_features(const Frontend& frontend, uint32_t number) = 0;
  virtual void on_score(uint32_t model, const TensorView& output, uint32_t ms) = 0;
  virtual void on_detection(uint32_t model, uint32_t label, uint16_t p, uint32_t ms) = 0;
  virtual void on_model_failure(uint32_t model) = 0;

 protected:
  ~PipelineListener() = default;
};

class Pipeline {
 public:
  Pipeline(const AppConfig& config, PipelineListener& listener);

  // Prepares every model; the index of the first that fails in *failed.
  ModelStatus prepare(uint32_t* failed);

  // Everything back to its state after start; samples, steps and inferences count from zero.
  void reset();

  // Runs the front end, and whatever becomes due, over `count` samples at the capture rate.
  void consume(const int16_t* samples, size_t count);

  // Runs one model on an input that was pushed, outside the stream of features.
  bool invoke(uint32_t model);

  uint32_t samples() const { return samples_; }
  uint32_t steps() const { return steps_; }
  uint32_t inferences(uint32_t model) const { return inferences_[model]; }
  const TickStats& hop_ticks() const { return hop_ticks_; }
  // Putting a model's window of features into its input.
  const TickStats& input_ticks() const { return input_ticks_; }
  const TickStats& model_ticks(uint32_t model) const { return model_ticks_[model]; }
  const Pace& pace() const { return pace_; }
  void clear_ticks();

 private:
  void hear(const int16_t* samples, size_t count);
  void feature_step();
  void store_features();
  void fill_input(const ModelConfig& model, const TensorView& input) const;
  // Where the oldest of a model's frames stands in the ring.
  uint32_t oldest_slot(const ModelConfig& model) const;
  // Whether features wait as models take them.
  bool keeps_inputs() const;
  uint32_t slot_bytes() const;
  // Whether the model's input is that of its latest inference, moved on by a hop.
  bool compute(uint32_t index, bool moved_on);
  void run_model(uint32_t index);
  void decide();
  // Adds samples of the front end to the time of the newest frame's end.
  void pass(uint32_t samples);

  const AppConfig& config_;
  PipelineListener& listener_;
  uint32_t samples_ = 0;  // consumed since reset
  uint32_t behind_ = 0;   // ticks from the newest step's last sample to the end of its work
  uint32_t step_ticks_;   // from one step to the next
  Pace pace_ = {};
  uint32_t steps_ = 0;  // feature frames since reset
  // End of the newest frame's window since reset: whole milliseconds, and the rest in thousandths
  // of a sample.
  uint32_t now_ms_ = 0;
  uint32_t now_rest_ = 0;
  uint32_t next_frame_ = 0;              // slot of the feature ring that the next frame goes to
  uint32_t until_run_[kMaxModels] = {};  // feature steps until a model is due
  uint32_t inferences_[kMaxModels] = {};
  bool failed_[kMaxModels] = {};
  // The latest inference saw the stream, a hop ago.
  bool follows_[kMaxModels] = {};
  uint32_t hop_pending_ = 0;  // ticks spent on the feature step that is not complete yet
  TickStats hop_ticks_ = {};
  TickStats input_ticks_ = {};
  TickStats model_ticks_[kMaxModels] = {};
};

// A model's output number `index` as a probability, 0…255: integers as the format says, float times
// 256.
uint8_t probability(const TensorView& output, const OutputFormat& format, uint32_t index);
// The same as a line of the protocol shows it: integers as they are, float as a probability.
int32_t raw_output(const TensorView& output, const OutputFormat& format, uint32_t index);
// What it stands for, as the tensor's scale has it, times `by`: the rest is cut off, what is beyond
// a billion is a billion, NaN is 0.
int32_t scaled_output(const TensorView& output, uint32_t index, float by);

}  // namespace kws
