#include "../window.h"
#include "kws_kernels/kws_kernels.h"
#include "vectors.h"

namespace kws {
namespace {

using helium::kBlock;
using helium::kLanes;

// Sixteen channels of the pixels of one row.
struct Block {
  const int8_t* x;  // per column of the input the taps of that column
  int32_t step;     // bytes from the window of a pixel to that of the next
  int32_t pairs;    // of taps
  int32_t odd;      // one more tap
  const int8_t* w;  // zeros behind an odd number of taps
  const int32_t* constants;
  int32_t pixels;
  int8_t* y;
  int32_t y_step;
  int32_t zero_point;
};

#if KWS_KERNELS_MVE

// Products of two taps are added as 16-bit numbers (weights are not below -127), then to the sums
// of channels 0 4 8 12, 2 6 10 14, 1 5 9 13 and 3 7 11 15. The weights are loaded twice for the
// second tap: a register more is not to be had.
#define KWS_KERNELS_FIRST_TAP(x, w) \
  "vldrb.8 q0, " x                  \
  "\n\t"                            \
  "vldrb.8 q1, " w                  \
  "\n\t"                            \
  "vmullb.s8 q2, q0, q1\n\t"        \
  "vmullt.s8 q3, q0, q1\n\t"
#define KWS_KERNELS_SECOND_TAP(x, w, w_again) \
  "vldrb.8 q0, " x                            \
  "\n\t"                                      \
  "vldrb.8 q1, " w                            \
  "\n\t"                                      \
  "vmullb.s8 q1, q0, q1\n\t"                  \
  "vadd.i16 q2, q2, q1\n\t"                   \
  "vldrb.8 q1, " w_again                      \
  "\n\t"                                      \
  "vmullt.s8 q1, q0, q1\n\t"                  \
  "vadd.i16 q3, q3, q1\n\t"
#define KWS_KERNELS_SUM     \
  "vmovlb.s16 q0, q2\n\t"   \
  "vmovlt.s16 q1, q2\n\t"   \
  "vadd.i32 q4, q4, q0\n\t" \
  "vadd.i32 q5, q5, q1\n\t" \
  "vmovlb.s16 q0, q3\n\t"   \
  "vmovlt.s16 q1, q3\n\t"   \
  "vadd.i32 q6, q6, q0\n\t" \
  "vadd.i32 q7, q7, q1\n\t"

#define KWS_KERNELS_BIASES       \
  "vldrw.32 q4, [%[c]]\n\t"      \
  "vldrw.32 q5, [%[c], #16]\n\t" \
  "vldrw.32 q6, [%[c], #32]\n\t" \
  "vldrw.32 q7, [%[c], #48]\n\t"

// The rounding of vectors.h.
#define KWS_KERNELS_SCALE(kind, sum, multipliers, shifts) \
  "vldrw.32 q0, [%[c], #" multipliers                     \
  "]\n\t"                                                 \
  "vldrw.32 q1, [%[c], #" shifts                          \
  "]\n\t"                                                 \
  "vqrdmulh.s32 " sum ", " sum                            \
  ", q0\n\t" KWS_KERNELS_FIX_##kind(sum, "q1", "q0") "vrshl.s32 " sum ", " sum ", q1\n\t"
#define KWS_KERNELS_FINISH(kind) \
  KWS_KERNELS_SCALE(kind, "q4", "64", "128") KWS_KERNELS_SCALE(kind, "q5", "80", "144")      \
  KWS_KERNELS_SCALE(kind, "q6", "96", "160") KWS_KERNELS_SCALE(kind, "q7", "112", "176")     \
  "vqmovnb.s32 q4, q4\n\t"                                                                   \
  "vqmovnb.s32 q6, q6\n\t"                                                                   \
  "vqmovnt.s32 q4, q5\n\t"                                                                   \
  "vqmovnt.s32 q6, q7\n\t"                                                                   \
  "vqadd.s16 q4, q4, %[zero]\n\t"                                                            \
  "vqadd.s16 q6, q6, %[zero]\n\t"                                                            \
  "vqmovnb.s16 q4, q4\n\t"                                                                   \
  "vqmovnt.s16 q4, q6\n\t"                                                                   \
  "vstrb.8 q4, [%[y]]\n\t"                                                                   \
  "add %[y], %[y], %[y_step]\n\t"

#define KWS_KERNELS_MULTIPLY(kind) \
  __asm volatile(                                                                            \
      "1:\n\t" KWS_KERNELS_BIASES                                                            \
      "mov %[x], %[from]\n\t"                                                                \
      "mov %[w], %[filter]\n\t"                                                              \
      "wls lr, %[pairs], 3f\n"                                                               \
      "2:\n\t"                                                                               \
      KWS_KERNELS_FIRST_TAP("[%[x]], #16", "[%[w]], #16")                                    \
      KWS_KERNELS_SECOND_TAP("[%[x]], #16", "[%[w]]", "[%[w]], #16") KWS_KERNELS_SUM         \
      "le lr, 2b\n"                                                                          \
      "3:\n\t"                                                                               \
      "cbz %[odd], 4f\n\t" KWS_KERNELS_FIRST_TAP("[%[x]]", "[%[w]]") KWS_KERNELS_SUM         \
      "4:\n\t" KWS_KERNELS_FINISH(kind)                                                      \
      "add %[from], %[from], %[step]\n\t"                                                    \
      "subs %[pixels], %[pixels], #1\n\t"                                                    \
      "bne 1b\n\t"                                                                           \
      : [x] "=&r"(x), [w] "=&r"(w), [from] "+r"(from), [pixels] "+r"(pixels), [y] "+r"(y)    \
      : [c] "r"(block.constants), [filter] "r"(block.w), [pairs] "r"(block.pairs),           \
        [odd] "l"(block.odd), [step] "r"(block.step), [y_step] "r"(block.y_step),            \
        [zero] "r"(block.zero_point)                                                         \
      : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "cc", "memory")

template <bool kSigned>
__attribute__((noinline)) void multiply(const Block& block) {
  const int8_t *x, *w;
  const int8_t* from = block.x;
  int32_t pixels = block.pixels;
  int8_t* y = block.y;
  if constexpr (kSigned) {
    KWS_KERNELS_MULTIPLY(SIGNED);
  } else {
    KWS_KERNELS_MULTIPLY(RECTIFIED);
  }
}

// Nine taps, counted from the fifth, so that all are in reach.
#define KWS_KERNELS_PAIR(a, b)                              \
  KWS_KERNELS_FIRST_TAP("[%[x], #" a "]", "[%[w], #" a "]") \
  KWS_KERNELS_SECOND_TAP("[%[x], #" b "]", "[%[w], #" b "]", "[%[w], #" b "]") KWS_KERNELS_SUM
#define KWS_KERNELS_MULTIPLY_NINE(kind) \
  __asm volatile(                                                                             \
      "dls lr, %[pixels]\n"                                                                   \
      "1:\n\t" KWS_KERNELS_BIASES KWS_KERNELS_PAIR("-64", "-48")                              \
          KWS_KERNELS_PAIR("-32", "-16") KWS_KERNELS_PAIR("0", "16")                          \
              KWS_KERNELS_PAIR("32", "48")                                                    \
                  KWS_KERNELS_FIRST_TAP("[%[x], #64]", "[%[w], #64]") KWS_KERNELS_SUM         \
                      KWS_KERNELS_FINISH(kind)                                                \
      "add %[x], %[x], %[step]\n\t"                                                           \
      "le lr, 1b\n\t"                                                                         \
      : [x] "+r"(x), [y] "+r"(y)                                                              \
      : [c] "r"(block.constants), [w] "r"(block.w + 4 * kLanes), [pixels] "r"(block.pixels),  \
        [step] "r"(block.step), [y_step] "r"(block.y_step), [zero] "r"(block.zero_point)      \
      : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "cc", "memory")

template <bool kSigned>
__attribute__((noinline)) void multiply_nine(const Block& block) {
  const int8_t* x = block.x + 4 * kLanes;
  int8_t* y = block.y;
  if constexpr (kSigned) {
    KWS_KERNELS_MULTIPLY_NINE(SIGNED);
  } else {
    KWS_KERNELS_MULTIPLY_NINE(RECTIFIED);
  }
}

// Three rows that are inside, next to each other.
void copy_three(const int8_t* from, int32_t row, int32_t step, int32_t columns, int8_t* to) {
  const int8_t* second = from + row;
  const int8_t* third = second + row;
  __asm volatile(
      "dls lr, %[n]\n"
      "1:\n\t"
      "vldrb.8 q0, [%[a]]\n\t"
      "add %[a], %[a], %[step]\n\t"
      "vldrb.8 q1, [%[b]]\n\t"
      "add %[b], %[b], %[step]\n\t"
      "vldrb.8 q2, [%[c]]\n\t"
      "add %[c], %[c], %[step]\n\t"
      "vstrb.8 q0, [%[to]], #16\n\t"
      "vstrb.8 q1, [%[to]], #16\n\t"
      "vstrb.8 q2, [%[to]], #16\n\t"
      "le lr, 1b\n\t"
      : [a] "+r"(from), [b] "+r"(second), [c] "+r"(third), [to] "+r"(to)
      : [n] "r"(columns), [step] "r"(step)
      : "q0", "q1", "q2", "lr", "cc", "memory");
}

#else

template <bool>
void multiply(const Block& block) {
  const int32_t taps = 2 * block.pairs + block.odd;
  const int8_t* x = block.x;
  int8_t* y = block.y;
  for (int32_t pixel = 0; pixel < block.pixels; ++pixel, x += block.step, y += block.y_step) {
    for (int32_t i = 0; i < kLanes; ++i) {
      // Where the channel's constants are: 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15.
      const int32_t at = (i % 4 == 1 ? 2 : (i % 4 == 2 ? 1 : i % 4)) * kBlock + i / 4;
      auto sum = static_cast<uint32_t>(block.constants[at]);
      for (int32_t tap = 0; tap < taps; ++tap) {
        sum += static_cast<uint32_t>(x[tap * kLanes + i] * block.w[tap * kLanes + i]);
      }
      const int32_t scaled = requantize(static_cast<int32_t>(sum), block.constants[kLanes + at],
                                        block.constants[2 * kLanes + at]);
      y[i] = static_cast<int8_t>(clamp(wrapping_add(scaled, block.zero_point), INT8_MIN, INT8_MAX));
    }
  }
}

template <bool kSigned>
void multiply_nine(const Block& block) {
  multiply<kSigned>(block);
}

void copy_three(const int8_t* from, int32_t row, int32_t step, int32_t columns, int8_t* to) {
  for (int32_t i = 0; i < columns; ++i, from += step, to += 3 * kLanes) {
    for (int32_t ky = 0; ky < 3; ++ky) helium::copy(from + ky * row, kLanes, to + ky * kLanes);
  }
}

#endif

}  // namespace

void kws_depthwise_conv_2d_s8_helium(const DepthwiseConv2dS8Helium& p, const int8_t* x, int8_t* y,
                                     int8_t* scratch) {
  const int32_t taps = p.kernel_h * p.kernel_w;
  const int32_t columns = (p.out_w - 1) * p.stride_w + p.kernel_w;
  const int32_t columns_inside = columns - p.pad_left < p.in_w ? columns - p.pad_left : p.in_w;
  const int32_t column = p.kernel_h * kLanes;
  const int32_t row = p.out_w * p.in_c;
  const bool rectified = helium::is_rectified(p);
  const auto multiply_row = taps == 9 ? (rectified ? multiply_nine<false> : multiply_nine<true>)
                                      : (rectified ? multiply<false> : multiply<true>);
  const int32_t in_row = p.in_w * p.in_c;
  const int32_t next = p.dilation_h * in_row;
  // Columns outside stay as they are.
  helium::fill(scratch, columns * column, p.input_zero_point);
  int8_t* const inside = scratch + p.pad_left * column;
  Block block{};
  block.x = scratch;
  block.step = p.stride_w * column;
  block.pairs = taps / 2;
  block.odd = taps % 2;
  block.pixels = p.out_w;
  block.y_step = p.in_c;
  block.zero_point = p.output_offset;
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_h * p.in_w * p.in_c) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h, y += row) {
      const Taps rows = taps_inside(origin_y, p.kernel_h, p.dilation_h, p.in_h);
      const bool three = p.kernel_h == 3 && rows.end - rows.first == 3;
      const int8_t* const first = x + origin_y * in_row;
      block.w = p.filter;
      block.constants = p.constants;
      for (int32_t channel = 0; channel < p.in_c; channel += kLanes) {
        const int8_t* from = first + channel;
        if (three) {
          copy_three(from, next, p.in_c, columns_inside, inside);
        } else {
          int8_t* to = inside;
          for (int32_t ky = 0; ky < p.kernel_h; ++ky, from += next, to += kLanes) {
            if (ky >= rows.first && ky < rows.end) {
              helium::copy_vectors({from, p.in_c, columns_inside, kLanes, column}, to);
            } else {
              helium::fill_vectors(to, columns_inside, column, p.input_zero_point);
            }
          }
        }
        block.y = y + channel;
        multiply_row(block);
        block.w += (taps + 1) / 2 * 2 * kLanes;
        block.constants += 3 * kLanes;
      }
      helium::clamp_all(y, row, p.activation_min, p.activation_max);
    }
  }
}

}  // namespace kws
