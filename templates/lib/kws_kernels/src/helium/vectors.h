// What the kernels for Helium (Armv8.1-M MVE) are made of, by its instructions and, with the same
// results, in portable C++. Internal.
#pragma once

#include <cstdint>
#include <cstring>

#include "../requantize.h"

#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1)
#include <arm_mve.h>
#define KWS_KERNELS_MVE 1
#else
#define KWS_KERNELS_MVE 0
#endif

namespace kws {
namespace helium {

constexpr int32_t kLanes = 16;
// Channels whose sums are one vector.
constexpr int32_t kBlock = 4;

// `count` rows of so many bytes, one every `step`; as copies, one every `to_step`.
struct Rows {
  const int8_t* from;
  int32_t step;
  int32_t count;
  int32_t bytes;
  int32_t to_step;
};

#if KWS_KERNELS_MVE

// The second rounding is VRSHL's, halves up, of numbers that are one less where they are negative
// and there is a shift. A ReLU clamps whatever a negative number is rounded to.
#define KWS_KERNELS_FIX_SIGNED(high, shifts, free) \
  "vand " free ", " high ", " shifts               \
  "\n\t"                                           \
  "vshr.s32 " free ", " free                       \
  ", #31\n\t"                                      \
  "vadd.i32 " high ", " high ", " free "\n\t"
#define KWS_KERNELS_FIX_RECTIFIED(high, shifts, free)

inline void copy(const int8_t* from, int32_t count, int8_t* to) {
  __asm volatile(
      "wlstp.8 lr, %[n], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[from]], #16\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [from] "+r"(from), [to] "+r"(to)
      : [n] "r"(count)
      : "q0", "lr", "cc", "memory");
}

// GCC 12 has no name for the predicate that is lost: no compiled
// code around this may hold one.
inline void copy_rows(const Rows& rows, int8_t* to) {
  const int8_t* from = rows.from;
  if (rows.bytes > kLanes) {
    for (int32_t i = rows.count; i > 0; --i, from += rows.step, to += rows.to_step) {
      copy(from, rows.bytes, to);
    }
    return;
  }
  __asm volatile(
      "vctp.8 %[bytes]\n\t"
      "wls lr, %[n], 2f\n"
      "1:\n\t"
      "vpstt\n\t"
      "vldrbt.8 q0, [%[from]]\n\t"
      "vstrbt.8 q0, [%[to]]\n\t"
      "add %[from], %[from], %[step]\n\t"
      "add %[to], %[to], %[to_step]\n\t"
      "le lr, 1b\n"
      "2:\n\t"
      : [from] "+r"(from), [to] "+r"(to)
      : [n] "r"(rows.count), [step] "r"(rows.step), [bytes] "r"(rows.bytes),
        [to_step] "r"(rows.to_step)
      : "q0", "lr", "cc", "memory");
}

// The same of rows of one vector.
inline void copy_vectors(const Rows& rows, int8_t* to) {
  const int8_t* from = rows.from;
  __asm volatile(
      "wls lr, %[n], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[from]]\n\t"
      "add %[from], %[from], %[step]\n\t"
      "vstrb.8 q0, [%[to]]\n\t"
      "add %[to], %[to], %[to_step]\n\t"
      "le lr, 1b\n"
      "2:\n\t"
      : [from] "+r"(from), [to] "+r"(to)
      : [n] "r"(rows.count), [step] "r"(rows.step), [to_step] "r"(rows.to_step)
      : "q0", "lr", "cc", "memory");
}

inline void clamp_all(int8_t* y, int32_t count, int32_t min, int32_t max) {
  if (min <= INT8_MIN && max >= INT8_MAX) return;
  __asm volatile(
      "vdup.8 q1, %[min]\n\t"
      "vdup.8 q2, %[max]\n\t"
      "wlstp.8 lr, %[n], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[y]]\n\t"
      "vmax.s8 q0, q0, q1\n\t"
      "vmin.s8 q0, q0, q2\n\t"
      "vstrb.8 q0, [%[y]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [y] "+r"(y)
      : [n] "r"(count), [min] "r"(min), [max] "r"(max)
      : "q0", "q1", "q2", "lr", "cc", "memory");
}

inline void fill(int8_t* to, int32_t count, int32_t value) {
  __asm volatile(
      "vdup.8 q0, %[value]\n\t"
      "wlstp.8 lr, %[n], 2f\n"
      "1:\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [to] "+r"(to)
      : [n] "r"(count), [value] "r"(value)
      : "q0", "lr", "cc", "memory");
}

#else

inline void copy(const int8_t* from, int32_t count, int8_t* to) {
  std::memcpy(to, from, static_cast<size_t>(count));
}

inline void copy_rows(const Rows& rows, int8_t* to) {
  const int8_t* from = rows.from;
  for (int32_t i = 0; i < rows.count; ++i, from += rows.step, to += rows.to_step) {
    copy(from, rows.bytes, to);
  }
}

inline void copy_vectors(const Rows& rows, int8_t* to) { copy_rows(rows, to); }

inline void clamp_all(int8_t* y, int32_t count, int32_t min, int32_t max) {
  for (int32_t i = 0; i < count; ++i) {
    y[i] = static_cast<int8_t>(clamp(y[i], min, max));
  }
}

inline void fill(int8_t* to, int32_t count, int32_t value) {
  std::memset(to, value, static_cast<size_t>(count));
}

#endif

// `count` vectors, one every `step` bytes.
inline void fill_vectors(int8_t* to, int32_t count, int32_t step, int32_t value) {
  for (; count > 0; --count, to += step) fill(to, kLanes, value);
}

// Vectors that inputs are, the last one not always whole.
constexpr int32_t vectors_of(int32_t inputs) { return (inputs + kLanes - 1) / kLanes; }

// All channels of a pixel.
struct Layer {
  const int8_t* filter;      // [out_c / 4][vectors][4][16], zeros behind the last input
  const int32_t* constants;  // [out_c / 4][3][4]: biases, multipliers, shifts
  int32_t out_c;
  int32_t inputs;
  int32_t output_offset;
  int32_t min, max;
  bool rectified;  // no output under the zero point passes the clamp
};

// Whether a ReLU or the range of outputs clamps all negative sums.
template <typename Params>
inline bool is_rectified(const Params& p) {
  return p.output_offset == INT8_MIN || p.activation_min >= p.output_offset;
}

template <typename Params>
inline Layer layer_of(const Params& p, int32_t inputs) {
  return {p.filter,        p.constants,      p.out_c,          inputs,
          p.output_offset, p.activation_min, p.activation_max, is_rectified(p)};
}

// Pixels that share what is loaded of the weights.
constexpr int32_t kPixels = 2;

// One or two pixels. x: the inputs of each in whole vectors of memory; what lies behind the last
// does not matter. y: elsewhere.
void convolve(const Layer& p, const int8_t* x, int32_t pixels, int8_t* y);

}  // namespace helium
}  // namespace kws
