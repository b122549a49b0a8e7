// Resonators, half-band filters, levels and their floors.
#include "kws_frontend/bands_frontend.h"

#include <cstring>

#include "kws_frontend/integer_frames.h"
#include "kws_frontend/stage_done.h"

namespace kws {
namespace {

constexpr uint32_t kCoefficientBits = 12;
constexpr uint32_t kLevelBits = 6;
constexpr uint32_t kFloorBits = 8;
constexpr uint32_t kFloorFall = 2;

// 2^kLevelBits log2 of a number, straight between powers of two; 0 of 0.
int32_t logarithm(uint32_t value) {
  if (value == 0) return 0;
  int32_t exponent = 31;
  for (; (value & 0x80000000u) == 0; value <<= 1) --exponent;
  return (exponent << kLevelBits) +
         static_cast<int32_t>((value >> (31 - kLevelBits)) - (1u << kLevelBits));
}

// A resonator over `count` samples at `x`, of which two before the first are there.
void resonate(const int16_t* resonator, const int16_t* x, uint32_t count, BandState* band) {
  const int32_t gain = resonator[0];
  const int32_t near = resonator[1];
  const int32_t far = resonator[2];
  int32_t before = band->before;
  int32_t before_that = band->before_that;
  uint32_t sum = band->sum;
  for (const int16_t* const end = x + count; x != end; ++x) {
    const int32_t value = (gain * (x[0] - x[-2]) + near * before - far * before_that +
                           (1 << (kCoefficientBits - 1))) >>
                          kCoefficientBits;
    before_that = before;
    before = value;
    sum += static_cast<uint32_t>(value < 0 ? -value : value);
  }
  band->before = before;
  band->before_that = before_that;
  band->sum = sum;
}

// The next octave's samples in place of `count` samples behind kBandsReach of before: a half-band
// low-pass, Q9, and every other of its values.
void halve(int16_t* samples, uint32_t count) {
  for (uint32_t i = 0; i < count / 2; ++i) {
    const int16_t* x = samples + 2 * i + 1;
    const int32_t sum =
        256 * x[5] + 159 * (x[4] + x[6]) - 44 * (x[2] + x[8]) + 20 * (x[0] + x[10]) + 256;
    const int32_t value = sum >> 9;
    samples[i] = static_cast<int16_t>(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
  }
}

}  // namespace

void BandsFrontend::reset() {
  std::memset(bands_, 0, channels() * sizeof(*bands_));
  std::memset(past_, 0, (t_.octaves - 1u) * kBandsReach * sizeof(*past_));
  std::memset(frame_, 0, channels() * sizeof(*frame_));
  std::memset(block_, 0, sizeof(block_));
  filled_ = 0;
  heard_ = 0;
  is_first_ = true;
}

size_t BandsFrontend::consume(const int16_t* samples, size_t count, bool* frame_ready) {
  *frame_ready = false;
  size_t taken = 0;
  while (taken < count && !*frame_ready) {
    const size_t room = static_cast<size_t>(t_.block_size - filled_);
    const size_t piece = count - taken < room ? count - taken : room;
    std::memcpy(block_ + kBandsReach + filled_, samples + taken, piece * sizeof(*samples));
    taken += piece;
    filled_ = static_cast<uint16_t>(filled_ + piece);
    if (filled_ < t_.block_size) break;
    hear();
    filled_ = 0;
    heard_ = static_cast<uint16_t>(heard_ + t_.block_size);
    *frame_ready = heard_ == t_.step_size;
  }
  if (*frame_ready) {
    stage_done(0);
    compute();
    heard_ = 0;
    is_first_ = false;
    stage_done(1);
  }
  return taken;
}

// A block, octave by octave. Each one's samples stand behind those before them, and its last ones
// wait for the next block.
void BandsFrontend::hear() {
  int16_t last[kBandsReach];
  constexpr size_t kPastBytes = sizeof(last);
  std::memcpy(last, block_ + t_.block_size, kPastBytes);
  BandState* band = bands_;
  int16_t* past = past_;
  for (uint32_t count = t_.block_size, octave = 1;; count /= 2, ++octave) {
    const int16_t* resonator = t_.resonators;
    for (const BandState* const end = band + t_.bands_per_octave; band != end; ++band) {
      resonate(resonator, block_ + kBandsReach, count, band);
      resonator += 3;
    }
    if (octave == t_.octaves) break;
    halve(block_, count);
    std::memmove(block_ + kBandsReach, block_, count / 2 * sizeof(*block_));
    std::memcpy(block_, past, kPastBytes);
    std::memcpy(past, block_ + count / 2, kPastBytes);
    past += kBandsReach;
  }
  std::memcpy(block_, last, kPastBytes);
}

// Levels above the floors, and the floors after it.
void BandsFrontend::compute() {
  const BandState* const end = bands_ + channels();
  BandState* band = bands_;
  uint16_t* to = frame_ + channels();
  for (uint32_t samples = t_.step_size; band != end; samples >>= 1) {
    const int32_t all = logarithm(samples);
    to -= t_.bands_per_octave;
    for (uint32_t i = 0; i < t_.bands_per_octave; ++i, ++band) {
      const int32_t above = logarithm(band->sum) - all;
      const int32_t level = above > 0 ? above : 0;
      const int32_t fine = level << kFloorBits;
      band->sum = 0;
      if (is_first_) band->floor = fine;
      if (fine < band->floor) {
        band->floor -= (band->floor - fine) >> kFloorFall;
      } else {
        const int32_t risen = band->floor + t_.floor_rise;
        band->floor = risen < fine ? risen : fine;
      }
      const int32_t rest = level - (band->floor >> kFloorBits);
      to[i] = static_cast<uint16_t>(rest > 0 ? rest : 0);
    }
  }
}

void BandsFrontend::convert(const void* frame, const InputFormat& format, void* to) {
  convert_integers(static_cast<const uint16_t*>(frame), channels(), format, to);
}

}  // namespace kws
