#include "kws_detector/detector.h"

namespace kws {

Detector::Detector(const DetectorConfig& config, uint8_t* window)
    : config_(config), window_(window), cutoff_(config.cutoff) {
#ifdef KWS_LIVE
  window_size_ = config.window;
  refractory_steps_ = config.refractory_steps;
#endif
  reset();
}

void Detector::reset() {
  clear();
  inferences_ = 0;
  pending_ = false;
  heard_ = -1;
  deaf_ = config_.start_deaf ? -static_cast<int32_t>(refractory_steps()) : 0;
}

void Detector::clear() {
  for (uint16_t& sum : sums_) sum = 0;
  next_ = 0;
  filled_ = 0;
  newest_ = 0;
}

#ifdef KWS_LIVE
bool Detector::set_window(uint32_t inferences) {
  if (inferences == 0 || inferences > detector_window(config_)) return false;
  window_size_ = static_cast<uint8_t>(inferences);
  clear();
  return true;
}
#endif

void Detector::infer(const uint8_t* probabilities) {
  const bool full = filled_ == window();
  uint8_t* slot = window_ + static_cast<size_t>(next_) * config_.outputs;
  newest_ = 0;
  for (uint32_t i = 0; i < config_.outputs; i++) {
    const uint8_t p = probabilities[i];
    sums_[i] = static_cast<uint16_t>(sums_[i] + p - (full ? slot[i] : 0));
    slot[i] = p;
    if (is_target(i) && p > newest_) newest_ = p;
  }
  next_ = static_cast<uint8_t>(next_ + 1 == window() ? 0 : next_ + 1);
  if (!full) filled_++;
  inferences_++;
  pending_ = true;
}

void Detector::step() {
  if (deaf_ < 0 && (!config_.below_cutoff_counts || newest_ < cutoff_)) deaf_++;
}

Detection Detector::decide(bool gate_open) {
  const Detection none = {-1, 0};
  if (!pending_) return none;
  if (deaf_ < 0 && heard_ < 0) {
    pending_ = config_.judge_later;
    return none;
  }
  bool any_blocked = false;
  const int32_t best = candidate(&any_blocked);
  pending_ = best < 0 && any_blocked && config_.judge_later;
  if (best < 0 || !gate_open) return none;
  const uint32_t label = static_cast<uint32_t>(best);
  if (!is_target(label)) {
    // A competitor is not reported, but the label before it may be heard again at once.
    if (config_.same_label_only) start_refractory(label);
    return none;
  }
  const Detection detection = {static_cast<int8_t>(label), p(label)};
  start_refractory(label);
  if (config_.clear_on_detect) clear();
  return detection;
}

// The output over the cutoff with the highest mean that may be heard now, -1: none. Ties go to the
// first.
int32_t Detector::candidate(bool* any_blocked) const {
  int32_t best = -1;
  uint32_t best_mean = 0;
  for (uint32_t i = 0; i < config_.outputs; i++) {
    if (!config_.top_only) {
      if (!is_target(i) || !over(i)) continue;
      if (blocked(i)) {
        *any_blocked = true;
        continue;
      }
    }
    const uint32_t m = mean(i);
    if (best >= 0 && m <= best_mean) continue;
    best = static_cast<int32_t>(i);
    best_mean = m;
  }
  if (!config_.top_only) return best;
  const uint32_t top = static_cast<uint32_t>(best);
  if (!over(top)) return -1;
  *any_blocked = blocked(top);
  return *any_blocked ? -1 : best;
}

void Detector::start_refractory(uint32_t label) {
  deaf_ = -static_cast<int32_t>(refractory_steps());
  heard_ = config_.same_label_only ? static_cast<int8_t>(label) : int8_t{-1};
}

bool Detector::open() const {
  for (uint32_t i = 0; i < config_.outputs; i++)
    if (is_target(i) && over(i)) return true;
  return false;
}

uint16_t Detector::p(uint32_t output) const {
  const uint32_t count = divisor();
  if (count == 0) return 0;
  return static_cast<uint16_t>((sums_[output] * 20000u + 255u * count) / (510u * count));
}

uint32_t Detector::divisor() const { return config_.partial_present ? filled_ : window(); }

// Times the divisor, so that means compare as integers.
uint32_t Detector::mean(uint32_t output) const {
  const uint32_t sum = sums_[output];
  if (!config_.floor_mean) return sum;
  const uint32_t count = divisor();
  return count == 0 ? 0 : sum / count * count;
}

bool Detector::over(uint32_t output) const {
  return filled_ >= minimum() && mean(output) > static_cast<uint32_t>(cutoff_) * divisor();
}

bool Detector::blocked(uint32_t output) const {
  return deaf_ < 0 && (heard_ < 0 || static_cast<uint32_t>(heard_) == output);
}

}  // namespace kws
