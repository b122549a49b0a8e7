#include <cstring>

#include "../window.h"
#include "finish.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

using namespace scalar;

// Where the inputs of one output pixel are, in every third pointer; `nowhere` for those outside.
void find_taps(const DepthwiseConv2dS8Scalar& p, const int8_t* x, const WindowAt& at,
               const int8_t* nowhere, const int8_t** to) {
  const Taps rows = at.rows;
  const int32_t step = p.dilation_w * p.in_c;
  const int32_t row = p.dilation_h * p.in_w * p.in_c;
  const int8_t* from = x + (at.y * p.in_w + at.x) * p.in_c;
  const int32_t last = at.x + (p.kernel_w - 1) * p.dilation_w;
  if (rows.end - rows.first == p.kernel_h && at.x >= 0 && last < p.in_w) {
    for (int32_t ky = p.kernel_h; ky > 0; --ky, from += row) {
      const int8_t* tap = from;
      for (int32_t kx = p.kernel_w; kx > 0; --kx, tap += step, to += kPixels) *to = tap;
    }
    return;
  }
  const Taps columns = taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w);
  for (int32_t ky = 0; ky < p.kernel_h; ++ky, from += row) {
    const bool inside = ky >= rows.first && ky < rows.end;
    const int8_t* tap = from;
    for (int32_t kx = 0; kx < p.kernel_w; ++kx, tap += step, to += kPixels) {
      *to = inside && kx >= columns.first && kx < columns.end ? tap : nowhere;
    }
  }
}

// Two channels of three pixels. The assembly knows these offsets.
struct Job {
  Pair pair;
  const int32_t* w;           // 64: goes on to the next pair; B's weight above A's
  const int8_t* const* taps;  // 68
  const int8_t* const* end;   // 72
  int32_t channel;            // 76: A's
  int32_t skip;  // 80: bytes of code of the taps that three times so many would be more
};

void convolve_any(Job& job, int32_t zero_point) {
  do {
    begin(job.pair);
    uint32_t* const sums = job.pair.sums;
    uint32_t a0 = sums[0], a1 = sums[1], a2 = sums[2];
    uint32_t b0 = sums[3], b1 = sums[4], b2 = sums[5];
    const int32_t* w = job.w;
    const int32_t a = job.channel;
    for (const int8_t* const* tap = job.taps; tap != job.end; tap += kPixels) {
      const int32_t both = *w++;
      const int32_t wa = static_cast<int16_t>(both);
      const int32_t wb = both >> 16;
      a0 += static_cast<uint32_t>(tap[0][a] * wa);
      b0 += static_cast<uint32_t>(tap[0][a + 1] * wb);
      a1 += static_cast<uint32_t>(tap[1][a] * wa);
      b1 += static_cast<uint32_t>(tap[1][a + 1] * wb);
      a2 += static_cast<uint32_t>(tap[2][a] * wa);
      b2 += static_cast<uint32_t>(tap[2][a + 1] * wb);
    }
    job.w = w;
    job.channel = a + 2;
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = b0;
    sums[4] = b1;
    sums[5] = b2;
  } while (finish(job.pair, zero_point));
}

// All channels of the first pixel alone.
void convolve_one(const DepthwiseConv2dS8Scalar& p, const Job& job) {
  const Outputs outputs{p.rounding, p.output_offset, p.activation_min, p.activation_max};
  const auto* w = reinterpret_cast<const int32_t*>(p.filter);
  const int32_t* constants = p.constants;
  int8_t* y = job.pair.y[0];
  for (int32_t channel = 0; channel < p.in_c; channel += 2, constants += 2 * kConstants) {
    const int32_t next = channel + 1;
    auto a = static_cast<uint32_t>(constants[0]);
    auto b = static_cast<uint32_t>(constants[kConstants]);
    for (const int8_t* const* tap = job.taps; tap != job.end; tap += kPixels) {
      const int32_t both = *w++;
      a += static_cast<uint32_t>(tap[0][channel] * static_cast<int16_t>(both));
      b += static_cast<uint32_t>(tap[0][next] * (both >> 16));
    }
    *y++ = finish_one(outputs, a, constants);
    *y++ = finish_one(outputs, b, constants + kConstants);
  }
}

#if KWS_KERNELS_THUMB1

#define KWS_KERNELS_TAP_OF(a, b) \
  "ldm r0!, {r2}\n\t"            \
  "ldrsb r6, [r2, r1]\n\t"       \
  "muls r6, r4\n\t"              \
  "add " a                       \
  ", r6\n\t"                     \
  "ldrsb r6, [r2, r7]\n\t"       \
  "muls r6, r5\n\t"              \
  "add " b ", r6\n\t"
#define KWS_KERNELS_TAP                                                                  \
  "ldm r3!, {r5}\n\t"                                                                    \
  "sxth r4, r5\n\t"                                                                      \
  "asrs r5, r5, #16\n\t" KWS_KERNELS_TAP_OF("r8", "r11") KWS_KERNELS_TAP_OF("r9", "r12") \
      KWS_KERNELS_TAP_OF("r10", "lr")
constexpr int32_t kTapCode = 24 * 2;  // bytes

#define KWS_KERNELS_CONVOLVE(halves) \
  __asm volatile(                                                                           \
      ".syntax unified\n"                                                                   \
      "1:\n\t" KWS_KERNELS_BEGIN_AT_BIAS                                                            \
      "push {r0}\n\t"                                                                       \
      "movs r1, r0\n\t"                                                                     \
      "adds r1, #64\n\t"                                                                    \
      "ldm r1!, {r3, r4, r5, r6}\n\t"                                                       \
      "push {r5}\n\t"                                                                       \
      "ldr r2, [r1]\n\t"                                                                    \
      "adds r7, r6, #2\n\t"                                                                 \
      "subs r1, #4\n\t"                                                                     \
      "str r7, [r1]\n\t"                                                                    \
      "mov r0, r4\n\t"                                                                      \
      "mov r1, r6\n\t"                                                                      \
      "subs r7, #1\n\t"                                                                     \
      "add pc, r2\n\t"                                                                      \
      "nop\n"                                                                               \
      "2:\n\t" KWS_KERNELS_TAP KWS_KERNELS_TAP KWS_KERNELS_TAP                              \
      "ldr r2, [sp]\n\t"                                                                    \
      "cmp r0, r2\n\t"                                                                      \
      "bne 2b\n\t"                                                                          \
      "add sp, #4\n\t"                                                                      \
      "pop {r0}\n\t"                                                                        \
      "movs r7, #64\n\t"                                                                    \
      "str r3, [r0, r7]\n\t" KWS_KERNELS_FINISH(halves)                                     \
      "beq 4f\n\t"                                                                          \
      "b 1b\n"                                                                              \
      "4:\n\t"                                                                              \
      : "+r"(at)                                                                            \
      :                                                                                     \
      : KWS_KERNELS_CLOBBERED)

void convolve_quickly(Job& job, bool away) {
  register Job* at __asm("r0") = &job;
  if (away) {
    KWS_KERNELS_CONVOLVE(KWS_KERNELS_HALVES_AWAY);
  } else {
    KWS_KERNELS_CONVOLVE(KWS_KERNELS_HALVES_UP);
  }
}

#endif

// All channels of three pixels.
void convolve(const DepthwiseConv2dS8Scalar& p, Job& job) {
  job.pair.constants = p.constants;
  job.pair.channels = p.in_c;
  job.w = reinterpret_cast<const int32_t*>(p.filter);
  job.channel = 0;
#if KWS_KERNELS_THUMB1
  job.skip = 2 * (p.kernel_h * p.kernel_w) % 3 * kTapCode;
  if (p.rounding != 0) {
    convolve_quickly(job, p.rounding == 1);
    return;
  }
#endif
  convolve_any(job, p.output_offset);
}

}  // namespace

void kws_depthwise_conv_2d_s8_scalar(const DepthwiseConv2dS8Scalar& p, const int8_t* x, int8_t* y,
                                     int8_t* scratch) {
  const int32_t count = kPixels * p.kernel_h * p.kernel_w;
  auto** const taps = reinterpret_cast<const int8_t**>(scratch);
  auto* const nowhere = reinterpret_cast<int8_t*>(taps + count);
  std::memset(nowhere, p.input_zero_point, static_cast<size_t>(p.in_c));
  Job job{};
  job.pair.min = p.activation_min;
  job.pair.max = p.activation_max;
  job.taps = taps;
  job.end = taps + count;
  const int32_t per_image = p.out_h * p.out_w;
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_h * p.in_w * p.in_c) {
    WindowAt at{-p.pad_top, -p.pad_left, taps_inside(-p.pad_top, p.kernel_h, p.dilation_h, p.in_h)};
    int32_t left = p.out_w;  // of the row
    for (int32_t first = 0; first < per_image; first += kPixels) {
      if (first + 1 == per_image) {
        find_taps(p, x, at, nowhere, taps);
        job.pair.y[0] = y;
        convolve_one(p, job);
        continue;
      }
      for (int32_t i = 0; i < kPixels; ++i) {
        find_taps(p, x, at, nowhere, taps + i);
        job.pair.y[i] = y;
        // At the end the last pixel is computed again.
        if (first + i + 1 >= per_image) continue;
        y += p.in_c;
        at.x += p.stride_w;
        if (--left > 0) continue;
        left = p.out_w;
        at.x = -p.pad_left;
        at.y += p.stride_h;
        at.rows = taps_inside(at.y, p.kernel_h, p.dilation_h, p.in_h);
      }
      convolve(p, job);
    }
    y += p.in_c;
  }
}

}  // namespace kws
