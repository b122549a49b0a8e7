// Runs kws_detector over steps from standard input: the native driver of the detector's rows.
//
// Input, integers in text: the number of rows; a row is the 14 fields of DetectorConfig, the number
// of steps, and per step: reset (0/1), new cutoff (-1: none), gate open (0/1), whether an inference
// is due (0/1) and, if so, a probability per output. Output: per step the label heard (-1: none),
// its p, whether the gate would be open, p of every output before the decision; an empty line after
// each row.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kws_detector/detector.h"

namespace {

int read_int() {
  int value = 0;
  if (std::scanf("%d", &value) != 1) std::exit(2);
  return value;
}

template <typename T>
T read() {
  return static_cast<T>(read_int());
}
bool read_bool() { return read_int() != 0; }

void run_row() {
  kws::DetectorConfig config = {};
  config.targets = read<uint32_t>();
  config.refractory_steps = read<uint16_t>();
  config.outputs = read<uint8_t>();
  config.cutoff = read<uint8_t>();
  config.window = read<uint8_t>();
  config.minimum = read<uint8_t>();
  config.partial_present = read_bool();
  config.floor_mean = read_bool();
  config.below_cutoff_counts = read_bool();
  config.start_deaf = read_bool();
  config.same_label_only = read_bool();
  config.judge_later = read_bool();
  config.clear_on_detect = read_bool();
  config.top_only = read_bool();
  // Full of garbage, which must not matter.
  std::vector<uint8_t> window(kws::detector_storage_bytes(config), 0xa5);
  kws::Detector detector(config, window.data());
  uint32_t inferences = 0;
  for (int steps = read_int(); steps > 0; steps--) {
    if (read_bool()) {
      detector.reset();
      inferences = 0;
    }
    const int cutoff = read_int();
    if (cutoff >= 0) detector.set_cutoff(static_cast<uint8_t>(cutoff));
    const bool gate_open = read_bool();
    if (read_bool()) {
      std::vector<uint8_t> probabilities(config.outputs);
      for (uint8_t& p : probabilities) p = read<uint8_t>();
      detector.infer(probabilities.data());
      inferences++;
    }
    detector.step();
    if (detector.inferences() != inferences) std::exit(3);
    const bool open = detector.open();
    std::vector<int> shown;
    for (uint32_t i = 0; i < config.outputs; i++) shown.push_back(detector.p(i));
    const kws::Detection heard = detector.decide(gate_open);
    std::printf("%d %d %d", heard.label, heard.p, open ? 1 : 0);
    for (int p : shown) std::printf(" %d", p);
    std::printf("\n");
  }
  std::printf("\n");
}

}  // namespace

int main() {
  for (int rows = read_int(); rows > 0; rows--) run_row();
  return 0;
}
