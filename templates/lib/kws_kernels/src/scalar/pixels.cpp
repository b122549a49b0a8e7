#include "pixels.h"

namespace kws {
namespace scalar {
namespace {

// The assembly knows these offsets.
struct Job {
  Pair pair;
  const uint8_t* w;    // 64: goes on to the next pair
  const int32_t* x;    // 68
  const int32_t* end;  // 72
  int32_t odd;         // 76: whether the number of groups of inputs is
};

void convolve_any(Job& job, int32_t zero_point) {
  do {
    begin(job.pair);
    uint32_t* const sums = job.pair.sums;
    uint32_t a0 = sums[0], a1 = sums[1], a2 = sums[2];
    uint32_t b0 = sums[3], b1 = sums[4], b2 = sums[5];
    const uint8_t* w = job.w;
    for (const int32_t* x = job.x; x != job.end; x += kPixels, w += 2) {
      const auto x0 = static_cast<uint32_t>(x[0]);
      const auto x1 = static_cast<uint32_t>(x[1]);
      const auto x2 = static_cast<uint32_t>(x[2]);
      const uint32_t wa = w[0];
      const uint32_t wb = w[1];
      a0 += x0 * wa;
      a1 += x1 * wa;
      a2 += x2 * wa;
      b0 += x0 * wb;
      b1 += x1 * wb;
      b2 += x2 * wb;
    }
    job.w = w;
    sums[0] = a0;
    sums[1] = a1;
    sums[2] = a2;
    sums[3] = b0;
    sums[4] = b1;
    sums[5] = b2;
  } while (finish(job.pair, zero_point));
}

#if KWS_KERNELS_THUMB1

// One input. Sums stay in the upper registers, which can only be added to; products take the place
// of what is not needed again.
#define KWS_KERNELS_INPUT(a, b) \
  "ldm r0!, {r1, r2, r3}\n\t"   \
  "ldrb r5, [r4, #" a           \
  "]\n\t"                       \
  "ldrb r6, [r4, #" b           \
  "]\n\t"                       \
  "mov r7, r1\n\t"              \
  "muls r7, r5\n\t"             \
  "add r8, r7\n\t"              \
  "muls r1, r6\n\t"             \
  "add r11, r1\n\t"             \
  "mov r7, r2\n\t"              \
  "muls r7, r5\n\t"             \
  "add r9, r7\n\t"              \
  "muls r2, r6\n\t"             \
  "add r12, r2\n\t"             \
  "muls r5, r3\n\t"             \
  "add r10, r5\n\t"             \
  "muls r6, r3\n\t"             \
  "add lr, r6\n\t"

#define KWS_KERNELS_CONVOLVE(halves) \
  __asm volatile(                                                                               \
      ".syntax unified\n"                                                                       \
      "1:\n\t" KWS_KERNELS_BEGIN                                                                \
      "push {r0}\n\t"                                                                           \
      "adds r0, #64\n\t"                                                                        \
      "ldm r0!, {r4, r5, r6, r7}\n\t"                                                           \
      "push {r6}\n\t"                                                                           \
      "mov r0, r5\n\t"                                                                          \
      "cmp r7, #0\n\t"                                                                          \
      "beq 2f\n\t"                                                                              \
      "subs r4, #8\n\t"                                                                         \
      "b 5f\n"                                                                                  \
      "2:\n\t" KWS_KERNELS_INPUT("0", "1") KWS_KERNELS_INPUT("2", "3")                          \
          KWS_KERNELS_INPUT("4", "5") KWS_KERNELS_INPUT("6", "7")                               \
      "5:\n\t" KWS_KERNELS_INPUT("8", "9") KWS_KERNELS_INPUT("10", "11")                        \
          KWS_KERNELS_INPUT("12", "13") KWS_KERNELS_INPUT("14", "15")                           \
      "ldr r7, [sp]\n\t"                                                                        \
      "adds r4, #16\n\t"                                                                        \
      "cmp r0, r7\n\t"                                                                          \
      "beq 6f\n\t"                                                                              \
      "b 2b\n"                                                                                  \
      "6:\n\t"                                                                                  \
      "add sp, #4\n\t"                                                                          \
      "pop {r0}\n\t"                                                                            \
      "movs r7, #64\n\t"                                                                        \
      "str r4, [r0, r7]\n\t" KWS_KERNELS_FINISH(halves)                                         \
      "beq 4f\n\t"                                                                              \
      "b 1b\n"                                                                                  \
      "4:\n\t"                                                                                  \
      : "+r"(at)                                                                                \
      :                                                                                         \
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

}  // namespace

void convolve(const Layer& layer) {
  Job job{{{}, layer.constants, {}, layer.min, layer.max, {}, layer.out_c},
          layer.filter,
          layer.x,
          layer.x + layer.inputs * kPixels,
          layer.inputs / kGroup % 2};
  for (int32_t i = 0; i < kPixels; ++i) {
    job.pair.y[i] = layer.y[i];
    job.pair.more[i] = static_cast<uint32_t>(-kWeightOffset) * static_cast<uint32_t>(layer.sums[i]);
  }
#if KWS_KERNELS_THUMB1
  if (layer.rounding != 0) {
    convolve_quickly(job, layer.rounding == 1);
    return;
  }
#endif
  convolve_any(job, layer.zero_point);
}

}  // namespace scalar
}  // namespace kws
