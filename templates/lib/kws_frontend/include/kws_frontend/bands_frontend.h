// Levels of a few bands above their own noise floors: what fits where a Fourier transform does not.
//
// Specification: src/frontend/bands (TypeScript) in the generator and docs/front-ends.md; both give
// the same numbers, bit for bit. Samples are taken in blocks, each octave after the one above it,
// so that a resonator's state stays in registers. Nothing is allocated and no floating point is
// used. Consumes samples in pieces of any size.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_frontend/frontend.h"

namespace kws {

constexpr uint32_t kBandsMaxBlock = 64;
// Samples before the newest one that an octave's filters reach.
constexpr uint32_t kBandsReach = 10;

// Constants of one front end. Field order is a contract with the generator.
// clang-format off
struct BandsFrontendTables {
  uint16_t step_size;         // samples, a multiple of block_size
  uint16_t block_size;        // samples, a multiple of 2^(octaves - 1), at most kBandsMaxBlock
  uint16_t octaves;           // 1...6, each at half the rate of the one before
  uint16_t bands_per_octave;  // 1...4
  uint16_t floor_rise;        // of a noise floor per step, Q8
  const int16_t* resonators;  // [3 * bands_per_octave]: y[n] Q2 = (r0 (x[n] - x[n-2]) + r1 y[n-1] - r2 y[n-2]) / 4096
};
// clang-format on

// What a band remembers.
struct BandState {
  int32_t before;  // its resonator's last two values, Q2
  int32_t before_that;
  uint32_t sum;   // of magnitudes since the last frame, Q2
  int32_t floor;  // of noise, Q8
};

class BandsFrontend final : public Frontend {
 public:
  // `tables`, `bands` [octaves * bands_per_octave], `past` [(octaves - 1) * kBandsReach] and
  // `frame`, as many as bands, outlive the front end.
  BandsFrontend(const BandsFrontendTables& tables, BandState* bands, int16_t* past, uint16_t* frame)
      : Frontend(FrameType::kUint16,
                 static_cast<uint32_t>(tables.octaves) * tables.bands_per_octave, tables.step_size,
                 tables.step_size, false),
        t_(tables),
        bands_(bands),
        past_(past),
        frame_(frame) {
    BandsFrontend::reset();
  }

  // Forgets audio and noise floors.
  void reset() override;
  size_t consume(const int16_t* samples, size_t count, bool* frame_ready) override;
  const void* frame() const override { return frame_; }
  void convert(const void* frame, const InputFormat& format, void* to) override;

 private:
  void hear();
  void compute();

  const BandsFrontendTables& t_;
  BandState* bands_;  // [channels()], from the highest octave on, each from its lowest band on
  int16_t* past_;     // of the octaves below the first, kBandsReach samples each
  uint16_t* frame_;   // [channels()], from the lowest band on
  int16_t block_[kBandsReach + kBandsMaxBlock];  // the newest samples behind those before them
  uint16_t filled_;                              // samples in block_ that are new
  uint16_t heard_;                               // samples since the last frame
  bool is_first_;
};

}  // namespace kws
