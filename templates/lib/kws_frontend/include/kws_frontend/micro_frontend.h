// The integer micro-frontend: 16-bit audio in, one frame of logarithmic channel energies per step
// out.
//
// Specification: src/frontend/micro (TypeScript) in the generator and docs/front-ends.md; both give
// the same numbers, bit for bit, as TensorFlow's C microfrontend. The tables are computed on the
// host and baked into flash (microTablesForC() renders them in the order of MicroFrontendTables);
// here nothing is allocated and no floating point is used. Consumes samples in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_frontend/frontend.h"

namespace kws {

constexpr uint32_t kMicroMaxFftSize = 512;  // also the longest window, in samples
constexpr uint32_t kMicroMaxChannels = 128;

// Bits of MicroFrontendTables::stages.
constexpr uint32_t kMicroNoiseReduction = 1;
constexpr uint32_t kMicroGain = 2;
constexpr uint32_t kMicroLogarithm = 4;

// Constants of one front end. Field order is a contract with the generator. A band is the bins
// between one channel's peak and the next; band 0 leads up to the first peak, the last one down
// from the last.
// clang-format off
struct MicroFrontendTables {
  uint16_t window_size;            // samples, <= fft_size
  uint16_t step_size;              // samples, <= window_size
  uint16_t fft_size;               // power of two, 16...kMicroMaxFftSize
  uint16_t channels;               // 1...kMicroMaxChannels
  uint16_t first_bin;              // of band 0; >= 1, never DC
  uint16_t first_split;            // >= 1: bins nearer to either end of the spectrum are in no band
  uint16_t smoothing_bits;         // fraction bits of the noise estimate
  uint16_t even_smoothing;         // Q14, channels 0, 2, ...
  uint16_t odd_smoothing;          // Q14, channels 1, 3, ...
  uint16_t min_signal_remaining;   // Q14
  uint16_t snr_shift;              // right shift of signal * gain, 1...31
  int16_t correction_bits;         // left shift (negative: right shift) before the logarithm
  uint16_t log_scale_bits;         // output is ln(x) * 2^log_scale_bits
  uint16_t stages;                 // which of those run that may be off; without logarithm features are amplitudes, at most 65535
  uint16_t dc_notch;               // Q15 coefficient of the filter against constant offsets; 0: none
  uint16_t dynamic_range;          // 0: features become integers one by one; else as quantize_window() says
  const uint32_t* window;          // [(window_size + 1) / 2] pairs (even low, odd high), Q12
  const uint8_t* order;            // [fft_size / 2]: where pair n of samples enters the complex FFT
  const uint32_t* twiddles;        // (re low, im high) Q15 of w, w^2, w^3 per rotated butterfly and radix-4 stage after the first
  const uint32_t* split_twiddles;  // [fft_size / 4] (re low, im high) Q15: complex FFT of pairs to real spectrum
  const uint16_t* channel_widths;  // [channels + 1]: bins per band; first_bin plus their sum <= fft_size / 2
  const uint16_t* shares;          // [2 * sum of channel_widths], Q12, 0...4096: a bin's share in the channel below its band, then in the one above
  const int16_t* gain_lut;         // [125]: gain over the noise estimate, a quadratic per octave
  const uint16_t* log_lut;         // [130], Q16: log2(1 + f) - f at f = i / 128
};
// clang-format on

// 32-bit words of memory that a front end works in.
constexpr uint32_t micro_memory_words(uint32_t channels) {
  return 2 * channels + (channels + 1) / 2;
}

class MicroFrontend final : public Frontend {
 public:
  // `tables` and `memory`, [micro_memory_words(tables.channels)], outlive the front end.
  MicroFrontend(const MicroFrontendTables& tables, uint32_t* memory)
      : Frontend(FrameType::kUint16, tables.channels, tables.window_size, tables.step_size,
                 tables.dynamic_range != 0),
        t_(tables),
        energies_(memory),
        noise_(memory + tables.channels),
        frame_(reinterpret_cast<uint16_t*>(memory + 2 * tables.channels)) {
    MicroFrontend::reset();
  }

  // Forgets audio and noise estimate.
  void reset() override;
  size_t consume(const int16_t* samples, size_t count, bool* frame_ready) override;
  const void* frame() const override { return frame_; }
  void convert(const void* frame, const InputFormat& format, void* to) override;
  void convert_window(const FrameWindow& window, const InputFormat& format, void* to) override;

  // The newest frame: [channels()], about 0...670.
  const uint16_t* features() const { return frame_; }

 private:
  void take(const int16_t* samples, size_t count);
  void compute();

  const MicroFrontendTables& t_;
  uint32_t filled_;                          // samples in history_
  int16_t history_[kMicroMaxFftSize];        // the window's samples, oldest first
  uint32_t spectrum_[kMicroMaxFftSize / 2];  // complex int16 (re low, im high), then energies
  uint32_t* energies_;  // [channels], before and after noise reduction and gain
  uint32_t* noise_;     // [channels], estimate with smoothing_bits fraction bits
  uint16_t* frame_;     // [channels]
  int16_t notch_input_;
  int16_t notch_output_;
};

}  // namespace kws
