#include "channel_pairs.h"

#include <cstddef>

#include "shape.h"

namespace kws {
namespace dsp {
namespace {

#if KWS_KERNELS_ARM_DSP

// What convolve() has no register for.
struct Memory {
  struct {
    const uint32_t* x;
    int32_t rounds;  // of four groups of four inputs, the first of which may be shorter
  } inputs;
  struct {
    const int32_t* constants;
    const int8_t* shifts;
  } channels;
  struct {
    ptrdiff_t to_1, to_2;  // less 1
  } pixels;
  int8_t* y;
  const int8_t* y_end;
  int32_t zero_point;
  uint32_t entry;  // of the first round: bytes to pass over, then the address
};

// Two inputs: 3 x 2 multiplications of each channel.
#define KWS_KERNELS_STEP(w)       \
  "ldm.w %[x]!, {r4, r5, r6}\n\t" \
  "smlad %[s0], r4, " w           \
  ", %[s0]\n\t"                   \
  "smlad %[s1], r5, " w           \
  ", %[s1]\n\t"                   \
  "smlad %[s2], r6, " w           \
  ", %[s2]\n\t"                   \
  "sxtb16 " w ", " w              \
  "\n\t"                          \
  "smlad %[a0], r4, " w           \
  ", %[a0]\n\t"                   \
  "smlad %[a1], r5, " w           \
  ", %[a1]\n\t"                   \
  "smlad %[a2], r6, " w ", %[a2]\n\t"
#define KWS_KERNELS_QUAD \
  "ldrd %[w0], %[w1], [%[w]], #8\n\t" KWS_KERNELS_STEP("%[w0]") KWS_KERNELS_STEP("%[w1]")
constexpr uint32_t kQuadCode = 17 * 4;  // bytes

// finish_doubled() of a sum; `scale` is its multiplier, `offset` and `shift` those of its channel.
#define KWS_KERNELS_FINISH_SIGNED(sum, scale, offset, shift)                 \
  "add r6, " offset ", " sum ", asr #31\n\t" KWS_KERNELS_DOUBLE_##scale(sum) \
      KWS_KERNELS_ROUND(sum, scale, "r6", shift)
#define KWS_KERNELS_FINISH_RECTIFIED(sum, scale, offset, shift) \
  KWS_KERNELS_DOUBLE_##scale(sum) KWS_KERNELS_ROUND(sum, scale, offset, shift)
// The sum of channel B is 256 times itself.
#define KWS_KERNELS_DOUBLE_w0(sum) "lsl " sum ", " sum ", #1\n\t"
#define KWS_KERNELS_DOUBLE_w1(sum) "asr " sum ", " sum ", #7\n\t"
#define KWS_KERNELS_ROUND(sum, scale, offset, shift) \
  "smmlar " sum ", " sum ", %[" #scale "], " offset  \
  "\n\t"                                             \
  "asr " sum ", " sum ", " shift                     \
  "\n\t"                                             \
  "ssat " sum ", #8, " sum ", asr #1\n\t"
#define KWS_KERNELS_PIXEL(kind, a, s)                                          \
  "sub " s ", " s ", " a "\n\t" KWS_KERNELS_FINISH_##kind(a, w0, "%[x]", "r4") \
      KWS_KERNELS_FINISH_##kind(s, w1, "%[n]", "r5")

#define KWS_KERNELS_CONVOLVE(kind)               \
  uint32_t a0, a1, a2, s0, s1, s2, x, n, w0, w1; \
  __asm volatile(                                                                               \
      "adr %[x], 2f\n\t"                                                                        \
      "ldr %[n], %[entry]\n\t"                                                                  \
      "add %[x], %[x], %[n]\n\t"                                                                \
      "orr %[x], %[x], #1\n\t"                                                                  \
      "str %[x], %[entry]\n"                                                                    \
      "1:\n\t"                                                                                  \
      "ldrd %[x], %[n], %[channels]\n\t"                                                        \
      "ldrd %[a0], %[s0], [%[x]]\n\t"                                                           \
      "mov %[a1], %[a0]\n\t"                                                                    \
      "mov %[a2], %[a0]\n\t"                                                                    \
      "mov %[s1], %[s0]\n\t"                                                                    \
      "mov %[s2], %[s0]\n\t"                                                                    \
      "ldrd %[x], %[n], %[inputs]\n\t"                                                          \
      "ldr pc, %[entry]\n\t"                                                                    \
      ".p2align 2\n"                                                                            \
      "2:\n\t" KWS_KERNELS_QUAD KWS_KERNELS_QUAD KWS_KERNELS_QUAD KWS_KERNELS_QUAD              \
      "subs %[n], %[n], #1\n\t"                                                                 \
      "bne 2b\n\t"                                                                              \
      "ldrd %[x], %[n], %[channels]\n\t"                                                        \
      "ldrd %[w0], %[w1], [%[x], #8]\n\t"                                                       \
      "add %[x], %[x], #16\n\t"                                                                 \
      "ldrh r4, [%[n]], #2\n\t"                                                                 \
      "strd %[x], %[n], %[channels]\n\t"                                                        \
      "ldr r6, %[zero_point]\n\t"                                                               \
      "lsr r5, r4, #8\n\t"                                                                      \
      "lsl %[x], r6, r4\n\t"                                                                    \
      "lsl %[n], r6, r5\n\t" KWS_KERNELS_PIXEL(kind, "%[a0]", "%[s0]")                          \
      KWS_KERNELS_PIXEL(kind, "%[a1]", "%[s1]") KWS_KERNELS_PIXEL(kind, "%[a2]", "%[s2]")       \
      "ldr r6, %[y]\n\t"                                                                        \
      "ldrd %[x], %[n], %[pixels]\n\t"                                                          \
      "ldr r5, %[y_end]\n\t"                                                                    \
      "strb %[a0], [r6], #1\n\t"                                                                \
      "strb %[a1], [r6, %[x]]\n\t"                                                              \
      "strb %[a2], [r6, %[n]]\n\t"                                                              \
      "strb %[s0], [r6], #1\n\t"                                                                \
      "strb %[s1], [r6, %[x]]\n\t"                                                              \
      "strb %[s2], [r6, %[n]]\n\t"                                                              \
      "str r6, %[y]\n\t"                                                                        \
      "cmp r6, r5\n\t"                                                                          \
      "bne 1b\n\t"                                                                              \
      : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [s0] "=&r"(s0), [s1] "=&r"(s1),         \
        [s2] "=&r"(s2), [w] "+r"(w), [x] "=&r"(x), [n] "=&r"(n), [w0] "=&r"(w0), [w1] "=&r"(w1), \
        [channels] "+m"(m.channels), [y] "+m"(m.y), [entry] "+m"(m.entry)                       \
      : [inputs] "m"(m.inputs), [pixels] "m"(m.pixels), [y_end] "m"(m.y_end),                   \
        [zero_point] "m"(m.zero_point)                                                          \
      : "r4", "r5", "r6", "cc", "memory")

template <bool kSigned>
__attribute__((noinline)) void convolve(const ChannelPairs& p, const uint32_t* from,
                                        int8_t* const* to) {
  const int32_t rounds = (p.quads + 3) / 4;
  Memory m{{from, rounds},
           {p.constants, p.shifts},
           {to[1] - to[0] - 1, to[2] - to[0] - 1},
           to[0],
           to[0] + p.out_c,
           p.zero_point_x2_plus_1,
           static_cast<uint32_t>(4 * rounds - p.quads) * kQuadCode};
  const auto* w = reinterpret_cast<const uint32_t*>(p.filter);
  if constexpr (kSigned) {
    KWS_KERNELS_CONVOLVE(SIGNED);
  } else {
    KWS_KERNELS_CONVOLVE(RECTIFIED);
  }
}

#else

template <bool kSigned>
void convolve(const ChannelPairs& p, const uint32_t* x, int8_t* const* y) {
  const auto* w = reinterpret_cast<const uint32_t*>(p.filter);
  const int32_t* constants = p.constants;
  for (int32_t channel = 0; channel < p.out_c; channel += 2, constants += 4) {
    const Scale by_a = scale_of(constants[2], p.shifts[channel], p.zero_point_x2_plus_1);
    const Scale by_b = scale_of(constants[3], p.shifts[channel + 1], p.zero_point_x2_plus_1);
    int8_t outputs[2 * kPixels];
    for (int32_t pixel = 0; pixel < kPixels; ++pixel) {
      auto a = static_cast<uint32_t>(constants[0]);
      auto s = static_cast<uint32_t>(constants[1]);
      for (int32_t i = 0; i < 2 * p.quads; ++i) {
        const uint32_t inputs = x[i * kPixels + pixel];
        s = smlad(inputs, w[i], s);
        a = smlad(inputs, sxtb16(w[i]), a);
      }
      outputs[2 * pixel] = finish_clamped<kSigned>(static_cast<int32_t>(a << 1), a, by_a);
      // Channel B, whose sum is (s - a) / 256.
      const auto b = static_cast<int32_t>(s - a);
      outputs[2 * pixel + 1] = finish_clamped<kSigned>(b >> 7, s - a, by_b);
    }
    for (int32_t pixel = 0; pixel < kPixels; ++pixel) {
      std::memcpy(y[pixel] + channel, outputs + 2 * pixel, 2);
    }
    w += 2 * p.quads;
  }
}

#endif

}  // namespace

void convolve_pixels(const ChannelPairs& p, const uint32_t* x, int8_t* const* y) {
  if constexpr (kSignedSums) {
    if (!p.rectified) return convolve<true>(p, x, y);
  }
  convolve<false>(p, x, y);
}

}  // namespace dsp
}  // namespace kws
