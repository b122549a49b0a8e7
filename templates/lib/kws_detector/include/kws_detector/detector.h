// From a model's probabilities to decisions, in integers only.
//
// Specification: src/detector (TypeScript) in the generator, which decides alike and reports the
// same p. Order of calls in each feature step, for every model (wake words and gate):
//     if an inference was due: infer(probabilities)
//     step()
// then, once all models have had theirs, for every wake-word model:
//     decide(gate_open), gate_open being the gate detector's open(), or true without a gate.
// Time is counted in feature steps. Nothing is allocated: the caller provides the averaging window.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws {

constexpr uint32_t kDetectorMaxOutputs = 32;

// Constants of one detector. Field order is a contract with the generator (detectorConfigForC());
// the fields are those of DetectorSpec in src/detector/spec.ts.
struct DetectorConfig {
  uint32_t targets;           // bit i: output i can be detected
  uint16_t refractory_steps;  // feature steps
  uint8_t outputs;            // 1...kDetectorMaxOutputs
  uint8_t cutoff;             // a detection needs a mean above it
  uint8_t window;             // inferences, 1...255
  uint8_t minimum;            // inferences, 1...window
  bool partial_present;       // a window that is not full is divided by the inferences in it
  bool floor_mean;            // means are rounded down before they are compared
  bool below_cutoff_counts;   // only steps whose newest probability is below the cutoff count
  bool start_deaf;            // the refractory time runs after a reset too
  bool same_label_only;       // it holds for the label just heard only
  bool judge_later;  // an inference that falls into it is judged at each later step until it ends
  bool clear_on_detect;  // a detection forgets the averaged probabilities
  bool top_only;         // a target must also have the highest mean of all outputs
};

#ifdef KWS_LIVE
// So many inferences can be averaged where the window is set while the firmware runs.
constexpr uint8_t kDetectorLiveWindow = 50;
constexpr uint8_t detector_window(const DetectorConfig& config) {
  return config.window > kDetectorLiveWindow ? config.window : kDetectorLiveWindow;
}
#else
constexpr uint8_t detector_window(const DetectorConfig& config) { return config.window; }
#endif

constexpr size_t detector_storage_bytes(const DetectorConfig& config) {
  return static_cast<size_t>(config.outputs) * detector_window(config);
}

struct Detection {
  int8_t label;  // index of the output heard, -1: none
  uint16_t p;    // its mean in ten-thousandths
};

class Detector {
 public:
  // `config` and `window` (detector_storage_bytes(config) bytes) outlive the detector.
  Detector(const DetectorConfig& config, uint8_t* window);

  // As after start; a changed cutoff stays, as do other settings.
  void reset();
  uint8_t cutoff() const { return cutoff_; }
  void set_cutoff(uint8_t cutoff) { cutoff_ = cutoff; }
#ifdef KWS_LIVE
  // 1...detector_window(config); what was averaged is forgotten. False: out of range.
  bool set_window(uint32_t inferences);
  // From the next detection on.
  void set_refractory(uint16_t steps) { refractory_steps_ = steps; }
#endif

  // A new row of probabilities, [outputs] uint8 (an int8 output plus 128).
  void infer(const uint8_t* probabilities);
  // One feature step has passed (after infer() of the same step).
  void step();
  // The decision at this step.
  Detection decide(bool gate_open);
  // As a gate: whether any target's mean is above the cutoff now, whatever the refractory time
  // says.
  bool open() const;

  // Smoothed probability of an output in ten-thousandths, 255 being 1: round(10000 * sum / (255 *
  // divisor)).
  uint16_t p(uint32_t output) const;
  // Inferences since the last reset.
  uint32_t inferences() const { return inferences_; }

 private:
#ifdef KWS_LIVE
  uint8_t window() const { return window_size_; }
  uint8_t minimum() const {
    return config_.minimum < window_size_ ? config_.minimum : window_size_;
  }
  uint16_t refractory_steps() const { return refractory_steps_; }
#else
  uint8_t window() const { return config_.window; }
  uint8_t minimum() const { return config_.minimum; }
  uint16_t refractory_steps() const { return config_.refractory_steps; }
#endif
  bool is_target(uint32_t output) const { return (config_.targets >> output & 1u) != 0; }
  int32_t candidate(bool* any_blocked) const;
  void start_refractory(uint32_t label);
  uint32_t divisor() const;
  bool over(uint32_t output) const;
  uint32_t mean(uint32_t output) const;
  bool blocked(uint32_t output) const;
  void clear();

  const DetectorConfig& config_;
  uint8_t* window_;  // [window][outputs], a ring of inferences
  uint8_t cutoff_;
#ifdef KWS_LIVE
  uint8_t window_size_;
  uint16_t refractory_steps_;
#endif
  uint8_t next_;    // where the next inference goes
  uint8_t filled_;  // inferences in the window
  int8_t heard_;    // the label the refractory time holds for, -1: every label
  bool pending_;    // an inference waits to be judged
  uint8_t newest_;  // highest probability of a target in the newest inference, 0 after clear()
  int32_t deaf_;    // -refractory_steps...0: below 0 the refractory time runs
  uint32_t inferences_;
  uint16_t sums_[kDetectorMaxOutputs];
};

}  // namespace kws
