#include "vectors.h"

namespace kws {
namespace helium {

#if KWS_KERNELS_MVE

namespace {

// What convolve_two() has no register for.
struct Memory {
  struct {
    const int8_t* first;
    const int8_t* second;
  } x;
  int32_t rounds;  // of four vectors, the first of which may be shorter
  uint32_t entry;  // of the first round: bytes to pass over, then the address
  struct {
    int32_t zero_point;
    int32_t out_c;
  } to;
  const int8_t* end;
};

// Four channels at a time, 16 inputs of each in one instruction.
#define KWS_KERNELS_ONE(kind) \
  __asm volatile(                                                       \
      "1:\n\t"                                                          \
      "ldrd r0, r2, [%[c]], #8\n\t"                                     \
      "ldrd r4, r6, [%[c]], #8\n\t"                                     \
      "mov %[from], %[x]\n\t"                                           \
      "wlstp.8 lr, %[n], 3f\n"                                          \
      "2:\n\t"                                                          \
      "vldrb.8 q0, [%[from]], #16\n\t"                                  \
      "vldrb.8 q1, [%[w]], #16\n\t"                                     \
      "vmladava.s8 r0, q0, q1\n\t"                                      \
      "vldrb.8 q1, [%[w]], #16\n\t"                                     \
      "vmladava.s8 r2, q0, q1\n\t"                                      \
      "vldrb.8 q1, [%[w]], #16\n\t"                                     \
      "vmladava.s8 r4, q0, q1\n\t"                                      \
      "vldrb.8 q1, [%[w]], #16\n\t"                                     \
      "vmladava.s8 r6, q0, q1\n\t"                                      \
      "letp lr, 2b\n"                                                   \
      "3:\n\t"                                                          \
      "vmov q0[2], q0[0], r0, r4\n\t"                                   \
      "vmov q0[3], q0[1], r2, r6\n\t"                                   \
      "vldrw.32 q1, [%[c]], #16\n\t"                                    \
      "vldrw.32 q2, [%[c]], #16\n\t"                                    \
      "vqrdmulh.s32 q0, q0, q1\n\t"                                     \
      KWS_KERNELS_FIX_##kind("q0", "q2", "q1")                          \
      "vrshl.s32 q0, q0, q2\n\t"                                        \
      "vadd.i32 q0, q0, %[zero]\n\t"                                    \
      "vmax.s32 q0, q0, %q[least]\n\t"                                  \
      "vmin.s32 q0, q0, %q[most]\n\t"                                   \
      "vstrb.32 q0, [%[y]], #4\n\t"                                     \
      "cmp %[y], %[end]\n\t"                                            \
      "bne 1b\n\t"                                                      \
      : [w] "+r"(w), [c] "+r"(constants), [y] "+r"(y), [from] "=&r"(from) \
      : [x] "r"(x), [n] "r"(p.inputs), [zero] "r"(p.output_offset), [end] "r"(end), \
        [least] "w"(least), [most] "w"(most)                            \
      : "r0", "r2", "r4", "r6", "q0", "q1", "q2", "lr", "cc", "memory")

template <bool kSigned>
__attribute__((noinline)) void convolve_one(const Layer& p, const int8_t* x, int8_t* y) {
  const int8_t* w = p.filter;
  const int32_t* constants = p.constants;
  const int8_t* const end = y + p.out_c;
  const int32x4_t least = vdupq_n_s32(p.min);
  const int32x4_t most = vdupq_n_s32(p.max);
  const int8_t* from;
  if constexpr (kSigned) {
    KWS_KERNELS_ONE(SIGNED);
  } else {
    KWS_KERNELS_ONE(RECTIFIED);
  }
}

// A vector of inputs of two pixels and of the weights of four channels: a sum per register.
#define KWS_KERNELS_WEIGHTS(first, second) \
  "vldrb.8 q2, [%[w]], #16\n\t"            \
  "vmladava.s8 " first                     \
  ", q0, q2\n\t"                           \
  "vmladava.s8 " second ", q1, q2\n\t"
#define KWS_KERNELS_STEP                                                                          \
  "vldrb.8 q0, [%[x0]], #16\n\t"                                                                  \
  "vldrb.8 q1, [%[x1]], #16\n\t" KWS_KERNELS_WEIGHTS("r0", "r8") KWS_KERNELS_WEIGHTS("r2", "r10") \
      KWS_KERNELS_WEIGHTS("r4", "r12") KWS_KERNELS_WEIGHTS("r6", "lr")
constexpr uint32_t kStepCode = 14 * 4;  // bytes

#define KWS_KERNELS_TWO(kind) \
  __asm volatile(                                                                   \
      "adr %[x0], 2f\n\t"                                                           \
      "ldr %[n], %[entry]\n\t"                                                      \
      "add %[x0], %[x0], %[n]\n\t"                                                  \
      "orr %[x0], %[x0], #1\n\t"                                                    \
      "str %[x0], %[entry]\n"                                                       \
      "1:\n\t"                                                                      \
      "ldrd r0, r2, [%[c]], #8\n\t"                                                 \
      "ldrd r4, r6, [%[c]], #8\n\t"                                                 \
      "mov r8, r0\n\t"                                                              \
      "mov r10, r2\n\t"                                                             \
      "mov r12, r4\n\t"                                                             \
      "mov lr, r6\n\t"                                                              \
      "ldrd %[x0], %[x1], %[x]\n\t"                                                 \
      "ldr %[n], %[rounds]\n\t"                                                     \
      "ldr pc, %[entry]\n\t"                                                        \
      ".p2align 2\n"                                                                \
      "2:\n\t" KWS_KERNELS_STEP KWS_KERNELS_STEP KWS_KERNELS_STEP KWS_KERNELS_STEP  \
      "subs %[n], %[n], #1\n\t"                                                     \
      "bne 2b\n\t"                                                                  \
      "vmov q0[2], q0[0], r0, r4\n\t"                                               \
      "vmov q0[3], q0[1], r2, r6\n\t"                                               \
      "vmov q1[2], q1[0], r8, r12\n\t"                                              \
      "vmov q1[3], q1[1], r10, lr\n\t"                                              \
      "vldrw.32 q2, [%[c]], #16\n\t"                                                \
      "vldrw.32 q3, [%[c]], #16\n\t"                                                \
      "ldrd r0, r2, %[to]\n\t"                                                      \
      "vqrdmulh.s32 q0, q0, q2\n\t"                                                 \
      "vqrdmulh.s32 q1, q1, q2\n\t"                                                 \
      KWS_KERNELS_FIX_##kind("q0", "q3", "q2")                                      \
      KWS_KERNELS_FIX_##kind("q1", "q3", "q2")                                      \
      "vrshl.s32 q0, q0, q3\n\t"                                                    \
      "vrshl.s32 q1, q1, q3\n\t"                                                    \
      "vadd.i32 q0, q0, r0\n\t"                                                     \
      "vadd.i32 q1, q1, r0\n\t"                                                     \
      "vmax.s32 q0, q0, %q[least]\n\t"                                              \
      "vmax.s32 q1, q1, %q[least]\n\t"                                              \
      "vmin.s32 q0, q0, %q[most]\n\t"                                               \
      "vmin.s32 q1, q1, %q[most]\n\t"                                               \
      "add r2, r2, %[y]\n\t"                                                        \
      "ldr r0, %[end]\n\t"                                                          \
      "vstrb.32 q0, [%[y]], #4\n\t"                                                 \
      "vstrb.32 q1, [r2]\n\t"                                                       \
      "cmp %[y], r0\n\t"                                                            \
      "bne 1b\n\t"                                                                  \
      : [w] "+r"(w), [c] "+r"(constants), [y] "+r"(y), [x0] "=&r"(x0), [x1] "=&r"(x1), \
        [n] "=&r"(n), [entry] "+m"(m.entry)                                         \
      : [x] "m"(m.x), [rounds] "m"(m.rounds), [to] "m"(m.to), [end] "m"(m.end),     \
        [least] "w"(least), [most] "w"(most)                                        \
      : "r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3", "cc", "memory")

template <bool kSigned>
__attribute__((noinline)) void convolve_two(const Layer& p, const int8_t* x, int8_t* y) {
  const int32_t vectors = vectors_of(p.inputs);
  const int32_t rounds = (vectors + 3) / 4;
  Memory m{{x, x + vectors * kLanes},
           rounds,
           static_cast<uint32_t>(4 * rounds - vectors) * kStepCode,
           {p.output_offset, p.out_c},
           y + p.out_c};
  const int8_t* w = p.filter;
  const int32_t* constants = p.constants;
  const int32x4_t least = vdupq_n_s32(p.min);
  const int32x4_t most = vdupq_n_s32(p.max);
  const int8_t *x0, *x1;
  int32_t n;
  if constexpr (kSigned) {
    KWS_KERNELS_TWO(SIGNED);
  } else {
    KWS_KERNELS_TWO(RECTIFIED);
  }
}

}  // namespace

void convolve(const Layer& p, const int8_t* x, int32_t pixels, int8_t* y) {
  if (pixels == 2) {
    (p.rectified ? convolve_two<false> : convolve_two<true>)(p, x, y);
  } else {
    (p.rectified ? convolve_one<false> : convolve_one<true>)(p, x, y);
  }
}

#else

namespace {

void convolve_one(const Layer& p, const int8_t* x, int8_t* y) {
  const int8_t* w = p.filter;
  const int32_t* constants = p.constants;
  const int32_t vectors = vectors_of(p.inputs);
  for (int32_t channel = 0; channel < p.out_c; channel += kBlock, constants += 3 * kBlock) {
    for (int32_t i = 0; i < kBlock; ++i) {
      auto sum = static_cast<uint32_t>(constants[i]);
      for (int32_t input = 0; input < p.inputs; ++input) {
        const int32_t at = (input / kLanes * kBlock + i) * kLanes + input % kLanes;
        sum += static_cast<uint32_t>(x[input] * w[at]);
      }
      const int32_t scaled =
          requantize(static_cast<int32_t>(sum), constants[kBlock + i], constants[2 * kBlock + i]);
      const int32_t value = wrapping_add(scaled, p.output_offset);
      y[channel + i] = static_cast<int8_t>(clamp(value, p.min, p.max));
    }
    w += vectors * kBlock * kLanes;
  }
}

}  // namespace

void convolve(const Layer& p, const int8_t* x, int32_t pixels, int8_t* y) {
  for (int32_t i = 0; i < pixels; ++i, y += p.out_c) {
    convolve_one(p, x, y);
    x += vectors_of(p.inputs) * kLanes;
  }
}

#endif

}  // namespace helium
}  // namespace kws
