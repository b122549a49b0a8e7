#include "kws_kernels/kws_kernels.h"
#include "packed.h"
#include "shape.h"

namespace kws {
namespace {

using namespace dsp;

constexpr int32_t kTaps = 3;
// Rows of the input that two rows of the output are computed from.
constexpr int32_t kRows = 4;
// Channels of one word of the input.
constexpr int32_t kBlock = 4;
// Of a column: per channel rows 0 and 1 in a word, rows 2 and 3 in the next.
constexpr int32_t kColumnWords = 2 * kBlock;
// Words per channel.
constexpr int32_t kConstants = 5;

// Four rows of the input. Whatever the padding, the second is inside.
struct Rows {
  const int8_t* first;
  int32_t next;  // bytes from a row to the next
  int32_t step;  // from a column to the next
  int32_t columns;
  uint32_t zero_points;
};

// A word of each of four rows.
KWS_KERNELS_INLINE void widen_column(uint32_t r0, uint32_t r1, uint32_t r2, uint32_t r3,
                                     uint32_t* to) {
  const uint32_t low_01 = low_halves(r0, r1);
  const uint32_t low_23 = low_halves(r2, r3);
  store_two(sxtb16(low_01), sxtb16(low_23), to);
  store_two(sxtb16_ror8(low_01), sxtb16_ror8(low_23), to + 2);
  const uint32_t high_01 = high_halves(r0, r1);
  const uint32_t high_23 = high_halves(r2, r3);
  store_two(sxtb16(high_01), sxtb16(high_23), to + 4);
  store_two(sxtb16_ror8(high_01), sxtb16_ror8(high_23), to + 6);
}

// One word of channels: rows kFirst to kEnd - 1 of the four are inside, the others are zero points.
template <int kFirst, int kEnd>
__attribute__((noinline)) void widen_rows(const Rows& rows, uint32_t* to) {
  const uint32_t zero_points = rows.zero_points;
  const int32_t next = rows.next;
  const int32_t step = rows.step;
  const int8_t* row = rows.first;
  const int8_t* last = row + 3 * next;
  for (const uint32_t* const end = to + rows.columns * kColumnWords; to != end;) {
    const uint32_t r0 = kFirst > 0 ? zero_points : load(row);
    const uint32_t r1 = load(row + next);
    const uint32_t r2 = kEnd < 3 ? zero_points : load(row + 2 * next);
    const uint32_t r3 = kEnd < 4 ? zero_points : load(last);
    widen_column(r0, r1, r2, r3, to);
    row += step;
    last += step;
    to += kColumnWords;
  }
}

// What the columns of a block of channels are multiplied with, and where the outputs go. multiply()
// knows these offsets.
struct Walk {
  uint32_t bias;  // these three are set by multiply()
  int32_t multiplier;
  int32_t offset;
  ptrdiff_t lower;           // 12: bytes from the upper row of the output to the lower one
  int32_t step;              // 16: to the next column
  const int32_t* constants;  // 20
  const int8_t* shifts;      // 24
  int32_t zero_point;        // 28: twice it and 1
  int32_t columns;           // 32: 256 * (columns of the output - 1)
  int32_t x_back;            // 36: bytes from behind a channel's columns to the next channel
  int32_t y_back;            // 40
  int32_t channels;          // 44: left; at least one
};

#if KWS_KERNELS_ARM_DSP

// One column of the window: w_0 has the weights of rows 0 and 1, w_1 those of rows 1 and 2. The
// lower row of the output is one row of the input further down.
#define KWS_KERNELS_BOTH(w_0, w_1, sum) \
  "smlatb %[l], %[a], " w_0 ", " sum    \
  "\n\t"                                \
  "smlad %[u], %[a], " w_0              \
  ", %[u]\n\t"                          \
  "smlad %[l], %[b], " w_1              \
  ", %[l]\n\t"                          \
  "smlabt %[u], %[b], " w_1 ", %[u]\n\t"
#define KWS_KERNELS_UPPER(w_0, w_1, sum) \
  "smlad %[u], %[a], " w_0               \
  ", %[u]\n\t"                           \
  "smlabt %[u], %[b], " w_1 ", %[u]\n\t"

// finish_doubled() of both sums, of which %[a], %[b] become multiplier and offset.
#define KWS_KERNELS_SCALE_BOTH        \
  "smmlar %[l], %[l], %[a], %[b]\n\t" \
  "smmlar %[u], %[u], %[a], %[b]\n\t"
#define KWS_KERNELS_SCALE_BOTH_SIGNED \
  "add %[b], %[b], %[l], asr #31\n\t" \
  "smmlar %[l], %[l], %[a], %[b]\n\t" \
  "ldr %[b], [%[j], #8]\n\t"          \
  "add %[b], %[b], %[u], asr #31\n\t" \
  "smmlar %[u], %[u], %[a], %[b]\n\t"
#define KWS_KERNELS_SCALE_UPPER "smmlar %[u], %[u], %[a], %[b]\n\t"
#define KWS_KERNELS_SCALE_UPPER_SIGNED \
  "add %[b], %[b], %[u], asr #31\n\t"  \
  "smmlar %[u], %[u], %[a], %[b]\n\t"
#define KWS_KERNELS_ROUND(sum) \
  "asr " sum ", " sum          \
  ", %[s]\n\t"                 \
  "ssat " sum ", #8, " sum ", asr #1\n\t"
#define KWS_KERNELS_ROUND_BOTH KWS_KERNELS_ROUND("%[l]") KWS_KERNELS_ROUND("%[u]")
#define KWS_KERNELS_ROUND_UPPER KWS_KERNELS_ROUND("%[u]")
#define KWS_KERNELS_STORE_BOTH "strb %[l], [%[y], %[a]]\n\tstrb %[u], [%[y]]\n\t"
#define KWS_KERNELS_STORE_UPPER "strb %[u], [%[y]]\n\t"

// Weights of a column: those of rows 0 and 1, and of rows 1 and 2, extended and doubled. `word` may
// be `w_0`.
#define KWS_KERNELS_WEIGHTS(word, w_0, w_1) \
  "sxtb16 " w_1 ", " word                   \
  ", ror #8\n\t"                            \
  "sxtb16 " w_0 ", " word                   \
  "\n\t"                                    \
  "sadd16 " w_1 ", " w_1 ", " w_1           \
  "\n\t"                                    \
  "sadd16 " w_0 ", " w_0 ", " w_0 "\n\t"

// All columns of all channels. %[s] is the shift in its lowest byte, which is what counts of a
// register to shift by, and the columns that are left above.
#define KWS_KERNELS_MULTIPLY(which, scale) \
  uint32_t a, b, u, l, s;                  \
  __asm volatile(                                                                                  \
      "1:\n\t"                                                                                     \
      "ldrd %[a], %[b], [%[j], #20]\n\t"                                                           \
      "ldm %[a]!, {r4, r5, r6, r8, r9}\n\t"                                                        \
      "ldrsb %[s], [%[b]], #1\n\t"                                                                 \
      "strd %[a], %[b], [%[j], #20]\n\t"                                                           \
      "strd r8, r9, [%[j]]\n\t"                                                                    \
      "ldrd %[a], %[b], [%[j], #28]\n\t"                                                           \
      "lsl %[a], %[a], %[s]\n\t"                                                                   \
      "str %[a], [%[j], #8]\n\t"                                                                   \
      "add %[s], %[s], %[b]\n\t" KWS_KERNELS_WEIGHTS("r6", "r9", "r10")                            \
      KWS_KERNELS_WEIGHTS("r5", "r6", "r8") KWS_KERNELS_WEIGHTS("r4", "r4", "r5")                    \
      "2:\n\t"                                                                                     \
      "ldr %[u], [%[j]]\n\t"                                                                       \
      "ldrd %[a], %[b], [%[x]], %[column]\n\t" KWS_KERNELS_##which("r4", "r5", "%[u]")               \
      "ldrd %[a], %[b], [%[x]]\n\t" KWS_KERNELS_##which("r6", "r8", "%[l]")             \
      "ldrd %[a], %[b], [%[x], %[column]]\n\t" KWS_KERNELS_##which("r9", "r10", "%[l]")             \
      "ldrd %[a], %[b], [%[j], #4]\n\t" KWS_KERNELS_SCALE_##scale KWS_KERNELS_ROUND_##which        \
      "ldrd %[a], %[b], [%[j], #12]\n\t" KWS_KERNELS_STORE_##which                                 \
      "add %[y], %[y], %[b]\n\t"                                                                   \
      "subs %[s], %[s], #256\n\t"                                                                  \
      "bpl 2b\n\t"                                                                                 \
      "ldrd %[a], %[b], [%[j], #36]\n\t"                                                           \
      "sub %[x], %[x], %[a]\n\t"                                                                   \
      "sub %[y], %[y], %[b]\n\t"                                                                   \
      "ldr %[u], [%[j], #44]\n\t"                                                                  \
      "subs %[u], %[u], #1\n\t"                                                                    \
      "str %[u], [%[j], #44]\n\t"                                                                  \
      "bne 1b\n\t"                                                                                 \
      : [x] "+r"(x), [y] "+r"(y), [a] "=&r"(a), [b] "=&r"(b), [u] "=&r"(u), [l] "=&r"(l),          \
        [s] "=&r"(s)                                                                               \
      : [j] "r"(&walk), [column] "i"(kColumnBytes)                                                 \
      : "r4", "r5", "r6", "r8", "r9", "r10", "cc", "memory")

template <bool kBoth, bool kSigned>
__attribute__((noinline)) void multiply(Walk& walk, const uint32_t* x, int8_t* y) {
  constexpr int kColumnBytes = 4 * kColumnWords;
  if constexpr (kBoth && kSigned) {
    KWS_KERNELS_MULTIPLY(BOTH, BOTH_SIGNED);
  } else if constexpr (kBoth) {
    KWS_KERNELS_MULTIPLY(BOTH, BOTH);
  } else if constexpr (kSigned) {
    KWS_KERNELS_MULTIPLY(UPPER, UPPER_SIGNED);
  } else {
    KWS_KERNELS_MULTIPLY(UPPER, UPPER);
  }
}

#else

// Both halves, of magnitudes below 2^14.
uint32_t doubled(uint32_t halves) { return (halves & 0xffff0000u) << 1 | (halves << 1 & 0xffffu); }

template <bool kBoth, bool kSigned>
void multiply(Walk& walk, const uint32_t* x, int8_t* y) {
  for (; walk.channels > 0; --walk.channels, walk.constants += kConstants, ++walk.shifts) {
    const auto* w = reinterpret_cast<const uint32_t*>(walk.constants);
    const Scale by = scale_of(walk.constants[4], *walk.shifts, walk.zero_point);
    for (int32_t left = walk.columns; left >= 0; left -= 256, y += walk.step) {
      uint32_t upper = w[3];
      uint32_t lower = w[3];
      for (int32_t column = 0; column < kTaps; ++column) {
        const uint32_t* const rows = x + column * kColumnWords;
        const uint32_t w_0 = doubled(sxtb16(w[column]));
        const uint32_t w_1 = doubled(sxtb16_ror8(w[column]));
        upper = smlabt(rows[1], w_1, smlad(rows[0], w_0, upper));
        lower = smlad(rows[1], w_1, smlatb(rows[0], w_0, lower));
      }
      if (kBoth) y[walk.lower] = finish_clamped<kSigned>(static_cast<int32_t>(lower), lower, by);
      *y = finish_clamped<kSigned>(static_cast<int32_t>(upper), upper, by);
      x += kColumnWords;
    }
    x -= walk.x_back / 4;
    y -= walk.y_back;
  }
}

#endif

using Multiply = void (*)(Walk& walk, const uint32_t* x, int8_t* y);

template <bool kBoth>
Multiply multiply_of(const DepthwiseConv3x3S8Dsp& p) {
  if constexpr (kSignedSums) {
    if (!is_rectified(p)) return multiply<kBoth, true>;
  }
  return multiply<kBoth, false>;
}

// Rows of the input from `first` on, of which some may be outside.
void widen(const DepthwiseConv3x3S8Dsp& p, int32_t first, const Rows& rows, uint32_t* to) {
  const int32_t end = p.in_h - first;
  if (first >= 0 && end >= kRows) {
    widen_rows<0, 4>(rows, to);
  } else if (first >= 0) {
    (end == 3 ? widen_rows<0, 3> : widen_rows<0, 2>)(rows, to);
  } else if (end >= kRows) {
    widen_rows<1, 4>(rows, to);
  } else {
    (end == 3 ? widen_rows<1, 3> : widen_rows<1, 2>)(rows, to);
  }
}

}  // namespace

void kws_depthwise_conv_3x3_s8_dsp(const DepthwiseConv3x3S8Dsp& p, const int8_t* x, int8_t* y,
                                   int8_t* scratch) {
  auto* const columns = reinterpret_cast<uint32_t*>(scratch);
  const int32_t count = p.out_w - 1 + kTaps;
  const auto zero_points = static_cast<uint32_t>(p.input_zero_point & 0xff) * 0x01010101u;
  // Columns outside stay as they are.
  for (int32_t i = 0; i < count; ++i) {
    widen_column(zero_points, zero_points, zero_points, zero_points, columns + i * kColumnWords);
  }
  uint32_t* const inside = columns + p.pad_left * kColumnWords;
  const int32_t columns_inside = count - p.pad_left < p.in_w ? count - p.pad_left : p.in_w;
  const int32_t row = p.out_w * p.in_c;
  Walk walk{};
  walk.step = p.in_c;
  walk.zero_point = 2 * p.output_offset + 1;
  walk.columns = 256 * (p.out_w - 1);
  walk.x_back = 4 * (p.out_w * kColumnWords - 2);
  walk.y_back = row - 1;
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_h * p.in_w * p.in_c) {
    for (int32_t out_y = 0; out_y < p.out_h;) {
      const bool both = out_y + 1 < p.out_h;
      const Multiply multiply_all = both ? multiply_of<true>(p) : multiply_of<false>(p);
      const int32_t first = out_y - p.pad_top;
      walk.lower = row;
      walk.constants = p.constants;
      walk.shifts = p.shifts;
      Rows rows{x + first * p.in_w * p.in_c, p.in_w * p.in_c, p.in_c, columns_inside, zero_points};
      for (int32_t channel = 0; channel < p.in_c; channel += kBlock) {
        widen(p, first, rows, inside);
        rows.first += kBlock;
        walk.channels = kBlock;
        multiply_all(walk, columns, y + channel);
      }
      out_y += both ? 2 : 1;
      y += both ? 2 * row : row;
    }
  }
  const int32_t all = p.batches * p.out_h * row;
  clamp_all(y - all, all, p.activation_min, p.activation_max);
}

}  // namespace kws
