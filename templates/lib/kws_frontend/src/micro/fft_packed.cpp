// The 16-bit fixed-point real FFT of fft.cpp, two numbers per instruction: the same operands, the
// same roundings, the same bits.
//
// A division by the radix leaves its result in the high half of a product with twice the factor;
// packed, it is doubled, so that the rotation's result lies in a high half, too.
#include "../dsp.h"
#include "stages.h"

#if KWS_FRONTEND_PACKED

namespace kws {
namespace micro {

namespace {

using namespace dsp;

constexpr uint32_t kRound = 0x8000;      // half of a high half's unit
constexpr uint32_t kQuarter = 2 * 8191;  // floor(32767 / 4), see fixed_point.h
constexpr uint32_t kHalf = 2 * 16383;

// Both halves times factor / 2^16, rounded.
KWS_ALWAYS_INLINE inline uint32_t scaled(uint32_t z, uint32_t factor) {
  return pkhtb<16>(smlatb(z, factor, kRound), smlabb(z, factor, kRound));
}
inline uint32_t quarters(uint32_t z) { return scaled(z, kQuarter); }
KWS_ALWAYS_INLINE inline uint32_t rotated_quarters(uint32_t z, uint32_t w) {
  const uint32_t q = quarters(z);
  const uint32_t twice = sadd16(q, q);
  return pkhtb<16>(smladx(twice, w, kRound), smlsd(twice, w, kRound));
}

KWS_ALWAYS_INLINE inline void butterfly4(uint32_t* z, uint32_t m, uint32_t a, uint32_t b,
                                         uint32_t c, uint32_t d) {
  const uint32_t sum = sadd16(a, c);
  const uint32_t difference = ssub16(a, c);
  const uint32_t outer = sadd16(b, d);
  const uint32_t cross = ssub16(b, d);
  z[0] = sadd16(sum, outer);
  z[m] = ssax(difference, cross);
  z[2 * m] = ssub16(sum, outer);
  z[3 * m] = sasx(difference, cross);
}

KWS_ALWAYS_INLINE inline void rotated_butterfly(uint32_t* z, uint32_t m, uint32_t w1, uint32_t w2,
                                                uint32_t w3) {
  butterfly4(z, m, quarters(z[0]), rotated_quarters(z[m], w1), rotated_quarters(z[2 * m], w2),
             rotated_quarters(z[3 * m], w3));
}

// What the shift carries from the low half into the high one is cut off.
struct Shifter {
  uint32_t shift, mask;
  explicit Shifter(uint32_t by) : shift(by), mask(~(((1u << by) - 1u) << 16)) {}
  uint32_t operator()(uint32_t z) const { return (z << shift) & mask; }
};

void first_stage_2(uint32_t length, uint32_t shift, uint32_t* z) {
  const Shifter shifted(shift);
  for (uint32_t* end = z + length; z != end; z += 2) {
    const uint32_t a = scaled(shifted(z[0]), kHalf);
    const uint32_t b = scaled(shifted(z[1]), kHalf);
    z[0] = sadd16(a, b);
    z[1] = ssub16(a, b);
  }
}

void first_stage_4(uint32_t length, uint32_t shift, uint32_t* z) {
  const Shifter shifted(shift);
  for (uint32_t* end = z + length; z != end; z += 4) {
    const uint32_t a = quarters(shifted(z[0]));
    const uint32_t b = quarters(shifted(z[1]));
    const uint32_t c = quarters(shifted(z[2]));
    const uint32_t d = quarters(shifted(z[3]));
    butterfly4(z, 1, a, b, c, d);
  }
}

void stage_4(uint32_t length, uint32_t m, const uint32_t* w, uint32_t* z) {
  uint32_t* const end = z + length;
  for (uint32_t* p = z; p < end; p += 4 * m)
    butterfly4(p, m, quarters(p[0]), quarters(p[m]), quarters(p[2 * m]), quarters(p[3 * m]));
  for (uint32_t k = 1; k < m; k++, w += 3) {
    const uint32_t w1 = w[0];
    const uint32_t w2 = w[1];
    const uint32_t w3 = w[2];
    for (uint32_t* p = z + k; p < end; p += 4 * m) rotated_butterfly(p, m, w1, w2, w3);
  }
}

// The same for 4 * m = length, where every butterfly has rotations of its own.
void last_stage_4(uint32_t m, const uint32_t* w, uint32_t* z) {
  butterfly4(z, m, quarters(z[0]), quarters(z[m]), quarters(z[2 * m]), quarters(z[3 * m]));
  for (const uint32_t* const end = w + 3 * (m - 1); w != end; w += 3)
    rotated_butterfly(++z, m, w[0], w[1], w[2]);
}

// Bins k and length - k of the real spectrum come from the same two entries.
void split_to_energies(uint32_t length, uint32_t first, const uint32_t* w, uint32_t* z) {
  w += first - 1;
  uint32_t* other = z + length - first;
  for (uint32_t* one = z + first; one <= other; one++, other--) {
    const uint32_t p = scaled(*one, kHalf);
    const uint32_t y = *other;
    const uint32_t n = pkhtb<16>(smlatb(ssub16(0, y), kHalf, kRound), smlabb(y, kHalf, kRound));
    const uint32_t sum = sadd16(p, n);
    const uint32_t difference = ssub16(p, n);
    const uint32_t rotation = *w++;
    const uint32_t re = smlsd(difference, rotation, kRound / 2);   // in its bits 15...30
    const uint32_t im = smladx(difference, rotation, kRound / 2);  // likewise
    const uint32_t a = pkhbt<1>(sum, im);   // real part of the sum, imaginary of the rotated
    const uint32_t b = pkhtb<15>(sum, re);  // and the other way round
    const uint32_t x = shadd16(a, b);
    const uint32_t mirrored = shsub16(a, b);
    *one = smuad(x, x);
    // At k = length / 2 both are the same bin, and this one stays.
    *other = smuad(mirrored, mirrored);
  }
}

}  // namespace

void fft_energies(const MicroFrontendTables& t, uint32_t shift, uint32_t* spectrum) {
  const uint32_t length = t.fft_size / 2u;
  // A power of 4 has an even number of trailing zeros.
  const uint32_t first_radix = (__builtin_ctz(length) & 1) == 0 ? 4 : 2;
  if (first_radix == 4)
    first_stage_4(length, shift, spectrum);
  else
    first_stage_2(length, shift, spectrum);
  const uint32_t* w = t.twiddles;
  uint32_t m = first_radix;
  for (; 4 * m < length; m *= 4) {
    stage_4(length, m, w, spectrum);
    w += 3 * (m - 1);
  }
  last_stage_4(m, w, spectrum);
  split_to_energies(length, t.first_split, t.split_twiddles, spectrum);
}

}  // namespace micro
}  // namespace kws

#endif
