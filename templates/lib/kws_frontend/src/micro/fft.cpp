// The 16-bit fixed-point real FFT, in place, ending in energies.
//
// A complex FFT of pairs of samples (decimation in time: a first stage of radix 4 or 2 without
// rotations, then radix 4) and a split into the spectrum of the real samples. Every operand and
// every rounding is KISS FFT's with FIXED_POINT 16: operands are divided by the radix before a
// butterfly, products rounded in Q15, sums wrap at 16 bits. The rotation by 1 (32767/32768) changes
// none of the operands that occur. Cores with the DSP extension use fft_packed.cpp instead.
#include "../dsp.h"
#include "fixed_point.h"
#include "stages.h"

#if !KWS_FRONTEND_PACKED

namespace kws {
namespace micro {

namespace {

struct Complex {
  int32_t re, im;
};

inline Complex load_shifted(uint32_t z, uint32_t shift) {
  return {wrap16(static_cast<int32_t>(z << shift)),
          wrap16(static_cast<int32_t>((z >> 16) << shift))};
}
inline Complex unpacked(uint32_t z) { return {re(z), im(z)}; }
KWS_ALWAYS_INLINE inline Complex quarter_of(uint32_t z) { return {quarter(re(z)), quarter(im(z))}; }
KWS_ALWAYS_INLINE inline Complex times(Complex z, Complex w) {
  return {round_q15(z.re * w.re - z.im * w.im), round_q15(z.re * w.im + z.im * w.re)};
}

// b, c and d rotated.
struct Four {
  Complex a, b, c, d;
};

// Entries z, z + m, z + 2m, z + 3m.
KWS_ALWAYS_INLINE inline void butterfly4(uint32_t* z, uint32_t m, const Four& four) {
  const auto& [a, b, c, d] = four;
  const Complex sum = {a.re + c.re, a.im + c.im};
  const Complex difference = {a.re - c.re, a.im - c.im};
  const Complex outer = {b.re + d.re, b.im + d.im};
  const Complex cross = {b.re - d.re, b.im - d.im};
  z[0] = pack(sum.re + outer.re, sum.im + outer.im);
  z[m] = pack(difference.re + cross.im, difference.im - cross.re);
  z[2 * m] = pack(sum.re - outer.re, sum.im - outer.im);
  z[3 * m] = pack(difference.re - cross.im, difference.im + cross.re);
}

void first_stage_2(uint32_t length, uint32_t shift, uint32_t* z) {
  for (uint32_t* end = z + length; z != end; z += 2) {
    const Complex x = load_shifted(z[0], shift);
    const Complex y = load_shifted(z[1], shift);
    const Complex a = {half(x.re), half(x.im)};
    const Complex b = {half(y.re), half(y.im)};
    z[0] = pack(a.re + b.re, a.im + b.im);
    z[1] = pack(a.re - b.re, a.im - b.im);
  }
}

void first_stage_4(uint32_t length, uint32_t shift, uint32_t* z) {
  const auto operand = [shift](uint32_t packed) {
    const Complex x = load_shifted(packed, shift);
    return Complex{quarter(x.re), quarter(x.im)};
  };
  for (uint32_t* end = z + length; z != end; z += 4)
    butterfly4(z, 1, {operand(z[0]), operand(z[1]), operand(z[2]), operand(z[3])});
}

void stage_4(uint32_t length, uint32_t m, const uint32_t* w, uint32_t* z) {
  for (uint32_t i = 0; i < length; i += 4 * m)
    butterfly4(z + i, m,
               {quarter_of(z[i]), quarter_of(z[i + m]), quarter_of(z[i + 2 * m]),
                quarter_of(z[i + 3 * m])});
  for (uint32_t k = 1; k < m; k++, w += 3) {
    const Complex w1 = unpacked(w[0]);
    const Complex w2 = unpacked(w[1]);
    const Complex w3 = unpacked(w[2]);
    for (uint32_t i = k; i < length; i += 4 * m)
      butterfly4(z + i, m,
                 {quarter_of(z[i]), times(quarter_of(z[i + m]), w1),
                  times(quarter_of(z[i + 2 * m]), w2), times(quarter_of(z[i + 3 * m]), w3)});
  }
}

inline uint32_t energy(int32_t real, int32_t imaginary) {
  return static_cast<uint32_t>(real * real) + static_cast<uint32_t>(imaginary * imaginary);
}

// Bins k and length - k of the real spectrum come from the same two entries.
void split_to_energies(uint32_t length, uint32_t first, const uint32_t* w, uint32_t* z) {
  for (uint32_t k = first; k <= length / 2; k++) {
    const uint32_t other = length - k;
    const Complex p = {half(re(z[k])), half(im(z[k]))};
    const Complex n = {half(re(z[other])), half(wrap16(-im(z[other])))};
    const Complex sum = {wrap16(p.re + n.re), wrap16(p.im + n.im)};
    const Complex rotated = times({wrap16(p.re - n.re), wrap16(p.im - n.im)}, unpacked(w[k - 1]));
    const int32_t rotated_re = wrap16(rotated.re);
    const int32_t rotated_im = wrap16(rotated.im);
    z[k] = energy((sum.re + rotated_re) >> 1, (sum.im + rotated_im) >> 1);
    // At k = length / 2 both are the same bin, and this one stays.
    z[other] = energy((sum.re - rotated_re) >> 1, (rotated_im - sum.im) >> 1);
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
  for (uint32_t m = first_radix; m < length; m *= 4) {
    stage_4(length, m, w, spectrum);
    w += 3 * (m - 1);
  }
  split_to_energies(length, t.first_split, t.split_twiddles, spectrum);
}

}  // namespace micro
}  // namespace kws

#endif
