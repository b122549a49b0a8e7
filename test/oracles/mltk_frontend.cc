// One run of MLTK's micro front end: settings are the arguments, in the order in which they are
// read below; 16-bit samples come on stdin, frames of 16-bit features go to stdout.
// record_mltk.py says how it is built.
#include <cstdio>
#include <cstdlib>
#include <vector>

extern "C" {
#include "microfrontend/lib/frontend.h"
#include "microfrontend/lib/frontend_util.h"
}

int main(int count, char** arguments) {
  if (count != 20) return 2;
  const auto number = [&](int i) { return static_cast<float>(std::atof(arguments[i])); };
  const auto whole = [&](int i) { return std::atoi(arguments[i]); };
  FrontendConfig config;
  FrontendFillConfigWithDefaults(&config);
  config.window.size_ms = static_cast<size_t>(whole(2));
  config.window.step_size_ms = static_cast<size_t>(whole(3));
  config.filterbank.num_channels = whole(4);
  config.filterbank.lower_band_limit = number(5);
  config.filterbank.upper_band_limit = number(6);
  config.noise_reduction.enable_noise_reduction = whole(7);
  config.noise_reduction.smoothing_bits = whole(8);
  config.noise_reduction.even_smoothing = number(9);
  config.noise_reduction.odd_smoothing = number(10);
  config.noise_reduction.min_signal_remaining = number(11);
  config.pcan_gain_control.enable_pcan = whole(12);
  config.pcan_gain_control.strength = number(13);
  config.pcan_gain_control.offset = number(14);
  config.pcan_gain_control.gain_bits = whole(15);
  config.log_scale.enable_log = whole(16);
  config.log_scale.scale_shift = whole(17);
  config.dc_notch_filter.enable_dc_notch_filter = whole(18);
  config.dc_notch_filter.coefficient = number(19);
  FrontendState state;
  if (!FrontendPopulateState(&config, &state, whole(1))) return 1;
  FrontendReset(&state);
  std::vector<int16_t> samples;
  for (int16_t one; std::fread(&one, 2, 1, stdin) == 1;) samples.push_back(one);
  for (size_t at = 0; at < samples.size();) {
    size_t read = 0;
    const FrontendOutput frame =
        FrontendProcessSamples(&state, samples.data() + at, samples.size() - at, &read);
    at += read;
    if (frame.values != nullptr) std::fwrite(frame.values, 2, frame.size, stdout);
  }
  return 0;
}
