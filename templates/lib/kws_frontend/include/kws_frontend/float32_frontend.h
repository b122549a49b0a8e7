// Spectral front ends (mel spectrograms, MFCC and their relatives) in single precision, for cores
// with a floating-point unit: 16-bit audio in, one frame of features per step out.
//
// Specification: src/frontend/spectral/float32 (TypeScript) in the generator and
// docs/front-ends.md. Both compute the same bits: every operation is one IEEE 754 single-precision
// +, -, *, / or square root, in the same order, and the compiler may neither contract nor reorder
// them (library.json). No function of the C library is used: the logarithm is our own. All tables
// are computed on the host and baked into flash (spectralTablesForC() renders them in the order of
// SpectralTables); nothing is allocated. Consumes samples in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_frontend/frontend.h"

namespace kws {

// What depends on all frames of a model's window. Values are a contract with the generator.
enum class SpectralNormalization : uint8_t { kNone, kPeak, kTopDb, kCmvn, kZScore };

// Constants of one front end. Field order is a contract with the generator.
// clang-format off
struct SpectralTables {
  uint16_t window_size;          // samples
  uint16_t step_size;            // samples
  uint16_t used_size;            // of a window's samples, those that are transformed; even, the last may be a padding zero
  uint16_t fft_size;             // even, at least used_size
  uint16_t first_radix;          // of the complex FFT of fft_size / 2 pairs: 4, or 1 where that is no multiple of 4
  uint16_t first_bin;            // the bins that are needed...
  uint16_t last_bin;             // ...up to fft_size / 2
  uint16_t filters;              // values that the filter bank leaves
  uint16_t channels;             // values of a frame as a model takes them
  uint16_t kept_values;          // values of a frame as it is kept
  uint16_t cmvn_half;            // frames on either side of one whose mean is taken off
  uint8_t normalization;         // SpectralNormalization
  bool magnitude;                // |X| instead of |X|^2
  bool filtered;                 // filters are weighted sums of bins; otherwise the bins from first_bin on, times bin_scale
  bool logarithmic;              // otherwise values stay as the filter bank leaves them
  bool floor_added;              // ln(x + floor) instead of ln(max(x, floor))
  bool rescaled;                 // (v + rescale_offset) * rescale_scale, clipped, rounded
  bool cosine;                   // a DCT follows
  bool energy;                   // coefficient 0 is the logarithm of the sum over all bins instead
  bool relative;                 // top-db: the largest value becomes 0
  bool variance;                 // cmvn: over the deviation, too
  float pre_emphasis;            // 0: none
  float sample_unit;             // what a sample of 1 is worth; the window has it in it
  float bin_scale;
  float energy_scale;
  float floor;                   // a positive normal number
  float log_scale;               // of the natural logarithm
  float rescale_offset;
  float rescale_scale;
  float clip_least;
  float clip_greatest;
  float levels;                  // rounded to multiples of 1 / levels; 0: not rounded
  float level;                   // 1 / levels
  float top_db;
  float cmvn_share;              // 1 / (2 * cmvn_half + 1)
  const float* window;           // [used_size]
  const uint16_t* order;         // [fft_size / 2 / first_radix]: entry of the FFT where butterfly n of the first stage ends
  const uint8_t* radices;        // of the stages after the first: 2, 3, 4 or 5, then 0
  const float* twiddles;         // (re, im) of w, w^2... per stage and rotated butterfly
  const float* split_twiddles;   // (re, im) per pair of bins, from bin 1 on
  const uint16_t* filter_first;  // [filters]: first bin
  const uint16_t* filter_width;  // [filters]: bins
  const float* filter_weights;   // of all filters
  const float* log_table;        // [32] (c, 1 / c, ln c)
  const float* cosines;          // [channels][(filters + 1) / 2]
};
// clang-format on

class Float32Frontend final : public Frontend {
 public:
  // `tables` and the buffers outlive the front end: history [window_size + 2], the window's samples
  // and the one before them; work [work_size], a frame in the making, free between calls; frame
  // [kept_values].
  Float32Frontend(const SpectralTables& tables, int16_t* history, float* work, float* frame)
      : Frontend(FrameType::kFloat32, tables.channels, tables.window_size, tables.step_size,
                 tables.normalization != 0, tables.kept_values),
        t_(tables),
        history_(history),
        work_(work),
        frame_(frame) {
    Float32Frontend::reset();
  }

  // Forgets audio; the first sample's predecessor is 0.
  void reset() override;
  size_t consume(const int16_t* samples, size_t count, bool* frame_ready) override;
  const void* frame() const override { return frame_; }
  void convert(const void* frame, const InputFormat& format, void* to) override;
  void convert_window(const FrameWindow& window, const InputFormat& format, void* to) override;

 private:
  void compute();
  SpectralNormalization normalization() const {
    return static_cast<SpectralNormalization>(t_.normalization);
  }

  const SpectralTables& t_;
  int16_t* history_;
  float* work_;
  float* frame_;
  uint32_t filled_;   // samples in history_
  uint32_t skipped_;  // samples to come that belong to no window (a step longer than the window)
};

}  // namespace kws
