// The complex FFT of pairs of samples, mixed radix, decimation in time, and the real spectrum of
// it.
//
// Values are 32 bits, factors Q15. Every stage divides by its radix, rounded up to a power of two,
// so that a magnitude below 2^30.5 stays there; what that costs is below the factors' own error.
#include "stages.h"

namespace kws {
namespace fixed {

namespace {

struct Complex {
  int32_t re;
  int32_t im;
};

inline Complex operator+(const Complex& a, const Complex& b) { return {a.re + b.re, a.im + b.im}; }
inline Complex operator-(const Complex& a, const Complex& b) { return {a.re - b.re, a.im - b.im}; }

// (cos, -sin)
struct Factor {
  int32_t re;
  int32_t im;
};

inline Factor factor(const int16_t* table) { return {table[0], table[1]}; }

template <uint32_t down>
inline Complex shifted(const Complex& z) {
  return {z.re >> down, z.im >> down};
}

// z * w / 2^down
template <uint32_t down>
inline Complex rotated(const Complex& z, const Factor& w) {
  return {dot<15 + down>(z.re, w.re, z.im, -w.im), dot<15 + down>(z.im, w.re, z.re, w.im)};
}

inline void butterfly2(Complex* p, uint32_t m, const Complex& t0, const Complex& t1) {
  p[0] = t0 + t1;
  p[m] = t0 - t1;
}

inline void butterfly3(Complex* p, uint32_t m, const Complex& t0, const Complex& t1,
                       const Complex& t2) {
  constexpr int32_t kSin = 28378;  // of 2 pi / 3
  const Complex s = t1 + t2;
  const Complex d = t1 - t2;
  const Complex u = t0 - shifted<1>(s);
  const Complex v = {scale_q15(d.re, kSin), scale_q15(d.im, kSin)};
  p[0] = t0 + s;
  p[m] = {u.re + v.im, u.im - v.re};
  p[2 * m] = {u.re - v.im, u.im + v.re};
}

struct Four {
  Complex t0, t1, t2, t3;
};

inline void butterfly4(Complex* p, uint32_t m, const Four& four) {
  const auto& [t0, t1, t2, t3] = four;
  const Complex a = t0 + t2;
  const Complex b = t0 - t2;
  const Complex c = t1 + t3;
  const Complex d = t1 - t3;
  p[0] = a + c;
  p[m] = {b.re + d.im, b.im - d.re};
  p[2 * m] = a - c;
  p[3 * m] = {b.re - d.im, b.im + d.re};
}

struct Five {
  Complex t0, t1, t2, t3, t4;
};

inline void butterfly5(Complex* p, uint32_t m, const Five& five) {
  const auto& [t0, t1, t2, t3, t4] = five;
  // cos and sin of 2 pi / 5 and of twice that.
  constexpr int32_t kCos1 = 10126;
  constexpr int32_t kCos2 = -26510;
  constexpr int32_t kSin1 = 31164;
  constexpr int32_t kSin2 = 19261;
  const Complex s1 = t1 + t4;
  const Complex d1 = t1 - t4;
  const Complex s2 = t2 + t3;
  const Complex d2 = t2 - t3;
  const Complex a1 = {t0.re + dot<15>(s1.re, kCos1, s2.re, kCos2),
                      t0.im + dot<15>(s1.im, kCos1, s2.im, kCos2)};
  const Complex a2 = {t0.re + dot<15>(s1.re, kCos2, s2.re, kCos1),
                      t0.im + dot<15>(s1.im, kCos2, s2.im, kCos1)};
  const Complex b1 = {dot<15>(d1.re, kSin1, d2.re, kSin2), dot<15>(d1.im, kSin1, d2.im, kSin2)};
  const Complex b2 = {dot<15>(d1.re, kSin2, d2.re, -kSin1), dot<15>(d1.im, kSin2, d2.im, -kSin1)};
  p[0] = t0 + s1 + s2;
  p[m] = {a1.re + b1.im, a1.im - b1.re};
  p[4 * m] = {a1.re - b1.im, a1.im + b1.re};
  p[2 * m] = {a2.re + b2.im, a2.im - b2.re};
  p[3 * m] = {a2.re - b2.im, a2.im + b2.re};
}

// One stage: butterflies over elements m apart, element j of butterfly k turned by j * k. Returns
// the factors of the next stage.
template <uint32_t radix>
const int16_t* stage(Complex* data, uint32_t size, uint32_t m, const int16_t* factors) {
  constexpr uint32_t down = radix == 2 ? 1 : radix == 5 ? 3 : 2;
  Complex* const end = data + size;
  for (Complex* p = data; p < end; p += radix * m) {
    const Complex t0 = shifted<down>(p[0]);
    const Complex t1 = shifted<down>(p[m]);
    if constexpr (radix == 2) {
      butterfly2(p, m, t0, t1);
    } else if constexpr (radix == 3) {
      butterfly3(p, m, t0, t1, shifted<down>(p[2 * m]));
    } else if constexpr (radix == 4) {
      butterfly4(p, m, {t0, t1, shifted<down>(p[2 * m]), shifted<down>(p[3 * m])});
    } else {
      butterfly5(
          p, m,
          {t0, t1, shifted<down>(p[2 * m]), shifted<down>(p[3 * m]), shifted<down>(p[4 * m])});
    }
  }
  for (uint32_t k = 1; k < m; ++k) {
    const Factor w1 = factor(factors);
    const Factor w2 = radix > 2 ? factor(factors + 2) : w1;
    const Factor w3 = radix > 3 ? factor(factors + 4) : w1;
    const Factor w4 = radix > 4 ? factor(factors + 6) : w1;
    factors += 2 * (radix - 1);
    for (Complex* p = data + k; p < end; p += radix * m) {
      const Complex t0 = shifted<down>(p[0]);
      const Complex t1 = rotated<down>(p[m], w1);
      if constexpr (radix == 2) {
        butterfly2(p, m, t0, t1);
      } else if constexpr (radix == 3) {
        butterfly3(p, m, t0, t1, rotated<down>(p[2 * m], w2));
      } else if constexpr (radix == 4) {
        butterfly4(p, m, {t0, t1, rotated<down>(p[2 * m], w2), rotated<down>(p[3 * m], w3)});
      } else {
        butterfly5(p, m,
                   {t0, t1, rotated<down>(p[2 * m], w2), rotated<down>(p[3 * m], w3),
                    rotated<down>(p[4 * m], w4)});
      }
    }
  }
  return factors;
}

}  // namespace

void transform(const FixedFrontendTables& t, int32_t* pairs) {
  Complex* const data = reinterpret_cast<Complex*>(pairs);
  const uint32_t size = t.fft_size / 2u;
  const int16_t* factors = t.twiddles;
  uint32_t m = 1;
  for (uint32_t i = 0; i < t.stages; ++i) {
    const uint32_t radix = t.radices[i];
    factors = radix == 2   ? stage<2>(data, size, m, factors)
              : radix == 3 ? stage<3>(data, size, m, factors)
              : radix == 4 ? stage<4>(data, size, m, factors)
                           : stage<5>(data, size, m, factors);
    m *= radix;
  }
}

void split(const FixedFrontendTables& t, int32_t* bins) {
  Complex* const z = reinterpret_cast<Complex*>(bins);
  const uint32_t size = t.fft_size / 2u;
  const Complex first = shifted<2>(z[0]);
  z[0] = {first.re + first.im, 0};
  z[size] = {first.re - first.im, 0};
  const int16_t* factors = t.split_twiddles;
  uint32_t k = 1;
  for (; 2 * k < size; ++k, factors += 2) {
    const int32_t cos = factors[0];
    const int32_t sin = factors[1];
    const Complex a = z[k];
    const Complex b = z[size - k];
    const Complex even = {(a.re >> 3) + (b.re >> 3), (a.im >> 3) - (b.im >> 3)};
    const Complex odd = {(a.re >> 1) - (b.re >> 1), (a.im >> 1) + (b.im >> 1)};
    const int32_t re = dot<17>(odd.im, cos, odd.re, -sin);
    const int32_t im = dot<17>(odd.re, cos, odd.im, sin);
    z[k] = {even.re + re, even.im - im};
    z[size - k] = {even.re - re, -even.im - im};
  }
  if (2 * k == size) {
    const Complex middle = shifted<2>(z[k]);
    z[k] = {middle.re, -middle.im};
  }
}

}  // namespace fixed
}  // namespace kws
