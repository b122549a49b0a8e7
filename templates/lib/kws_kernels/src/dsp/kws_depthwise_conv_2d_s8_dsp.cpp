#include "../window.h"
#include "kws_kernels/kws_kernels.h"
#include "packed.h"
#include "shape.h"

namespace kws {
namespace {

using namespace dsp;

// Channels that are computed together: those of one word.
constexpr int32_t kBlock = 4;

#if KWS_KERNELS_ARM_DSP

// Pairs of taps: the bytes of both are paired by channel, extended, and multiplied with 16-bit
// weights.
// Those of a kernel of 3x3, which needs no loop.
constexpr int32_t kUnrolled = 5;

#define KWS_KERNELS_PAIR                \
  "ldrd %[a], %[b], [%[t]], #8\n\t"     \
  "ldr %[a], [%[a], %[c]]\n\t"          \
  "ldr %[b], [%[b], %[c]]\n\t"          \
  "ldm %[w]!, {r3, r4, r5, r6}\n\t"     \
  "pkhbt %[d], %[a], %[b], lsl #16\n\t" \
  "pkhtb %[a], %[b], %[a], asr #16\n\t" \
  "sxtb16 %[b], %[d]\n\t"               \
  "smlad %[s0], %[b], r3, %[s0]\n\t"    \
  "sxtb16 %[d], %[d], ror #8\n\t"       \
  "smlad %[s1], %[d], r4, %[s1]\n\t"    \
  "sxtb16 %[b], %[a]\n\t"               \
  "smlad %[s2], %[b], r5, %[s2]\n\t"    \
  "sxtb16 %[a], %[a], ror #8\n\t"       \
  "smlad %[s3], %[a], r6, %[s3]\n\t"

KWS_KERNELS_LOOP const uint32_t* multiply(const uint32_t* w, const int8_t* const* taps,
                                          int32_t channel, int32_t pairs, FourSums& sums) {
  uint32_t a;
  uint32_t b;
  uint32_t d;
  // One register more than there are: the number of pairs waits on the stack of the caller.
  const int8_t* const* const end = taps + 2 * pairs;
  if (!kOtherTaps || (kTenTaps && pairs == kUnrolled)) {
    __asm(KWS_KERNELS_PAIR KWS_KERNELS_PAIR KWS_KERNELS_PAIR KWS_KERNELS_PAIR KWS_KERNELS_PAIR
          : [s0] "+r"(sums.s0), [s1] "+r"(sums.s1), [s2] "+r"(sums.s2), [s3] "+r"(sums.s3),
            [w] "+r"(w), [t] "+r"(taps), [a] "=&r"(a), [b] "=&r"(b), [d] "=&r"(d)
          : [c] "r"(channel)
          : "r3", "r4", "r5", "r6", "cc", "memory");
    return w;
  }
  __asm("1:\n\t" KWS_KERNELS_PAIR
        "ldr %[a], %[end]\n\t"
        "cmp %[t], %[a]\n\t"
        "bne 1b\n\t"
        : [s0] "+r"(sums.s0), [s1] "+r"(sums.s1), [s2] "+r"(sums.s2), [s3] "+r"(sums.s3),
          [w] "+r"(w), [t] "+r"(taps), [a] "=&r"(a), [b] "=&r"(b), [d] "=&r"(d)
        : [c] "r"(channel), [end] "m"(end)
        : "r3", "r4", "r5", "r6", "cc", "memory");
  return w;
}

#else

const uint32_t* multiply(const uint32_t* w, const int8_t* const* taps, int32_t channel,
                         int32_t pairs, FourSums& sums) {
  for (int32_t i = 0; i < pairs; ++i, taps += 2, w += kBlock) {
    const uint32_t a = load(taps[0] + channel);
    const uint32_t b = load(taps[1] + channel);
    const uint32_t low = low_halves(a, b);
    const uint32_t high = high_halves(a, b);
    sums.s0 = smlad(sxtb16(low), w[0], sums.s0);
    sums.s1 = smlad(sxtb16_ror8(low), w[1], sums.s1);
    sums.s2 = smlad(sxtb16(high), w[2], sums.s2);
    sums.s3 = smlad(sxtb16_ror8(high), w[3], sums.s3);
  }
  return w;
}

#endif

// Where the inputs of one output pixel are; `nowhere` for those outside.
void find_taps(const DepthwiseConv2dS8Dsp& p, const int8_t* x, const WindowAt& at,
               const int8_t* nowhere, const int8_t** to) {
  const int8_t** const first = to;
  const Taps rows = at.rows;
  const Taps columns = taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w);
  const int32_t step = p.dilation_w * p.in_c;
  const int32_t next = p.dilation_h * p.in_w * p.in_c;
  const int8_t* row = x + (at.y * p.in_w + at.x) * p.in_c;
  const bool whole = columns.end - columns.first == p.kernel_w;
  for (int32_t ky = 0; ky < p.kernel_h; ++ky, row += next) {
    const bool inside = ky >= rows.first && ky < rows.end;
    const int8_t* tap = row;
    if (inside && whole) {
      for (int32_t kx = p.kernel_w; kx > 0; --kx, tap += step) *to++ = tap;
      continue;
    }
    for (int32_t kx = 0; kx < p.kernel_w; ++kx, tap += step) {
      *to++ = inside && kx >= columns.first && kx < columns.end ? tap : nowhere;
    }
  }
  // The second of the last pair has the weight 0.
  if ((to - first) % 2 != 0) *to = to[-1];
}

void one_pixel(const DepthwiseConv2dS8Dsp& p, const int8_t* const* taps, int32_t pairs, int8_t* y) {
  const auto* w = reinterpret_cast<const uint32_t*>(p.filter);
  const int32_t* constants = p.constants;
  const int8_t* const shifts = p.shifts;
  const int32_t zero_point = 2 * p.output_offset + 1;
  const int32_t channels = p.in_c;
  for (int32_t channel = 0; channel < channels; channel += kBlock, constants += 2 * kBlock) {
    // Weights and biases are doubled on the host.
    FourSums sums{static_cast<uint32_t>(constants[0]), static_cast<uint32_t>(constants[1]),
                  static_cast<uint32_t>(constants[2]), static_cast<uint32_t>(constants[3])};
    w = multiply(w, taps, channel, pairs, sums);
    finish_four(sums, constants + kBlock, shifts + channel, zero_point, y + channel);
  }
}

}  // namespace

void kws_depthwise_conv_2d_s8_dsp(const DepthwiseConv2dS8Dsp& p, const int8_t* x, int8_t* y,
                                  int8_t* scratch) {
  const int32_t pairs = (p.kernel_h * p.kernel_w + 1) / 2;
  auto** const taps = reinterpret_cast<const int8_t**>(scratch);
  auto* const nowhere = reinterpret_cast<int8_t*>(taps + 2 * pairs);
  std::memset(nowhere, p.input_zero_point, static_cast<size_t>(p.in_c));
  const int8_t* const start = y;
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_h * p.in_w * p.in_c) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.kernel_h, p.dilation_h, p.in_h);
      int32_t origin_x = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, origin_x += p.stride_w, y += p.in_c) {
        find_taps(p, x, {origin_y, origin_x, rows}, nowhere, taps);
        one_pixel(p, taps, pairs, y);
      }
    }
  }
  const auto count = static_cast<int32_t>(y - start);
  clamp_all(y - count, count, p.activation_min, p.activation_max);
}

}  // namespace kws
