// Complex numbers and butterflies of the FFT. Internal.
#pragma once

#include <cstdint>

namespace kws {
namespace spectral {

struct Complex {
  float re, im;
};

inline Complex load(const float* z) { return {z[0], z[1]}; }
inline void store(float* z, float re, float im) {
  z[0] = re;
  z[1] = im;
}
inline Complex times(Complex z, Complex w) {
  return {z.re * w.re - z.im * w.im, z.re * w.im + z.im * w.re};
}

struct Four {
  Complex a, b, c, d;
};

// Elements z, z + m, z + 2m, z + 3m.
inline void butterfly4(float* z, uint32_t m, const Four& four) {
  const auto& [a, b, c, d] = four;
  const Complex sum = {a.re + c.re, a.im + c.im};
  const Complex difference = {a.re - c.re, a.im - c.im};
  const Complex outer = {b.re + d.re, b.im + d.im};
  const Complex cross = {b.re - d.re, b.im - d.im};
  store(z, sum.re + outer.re, sum.im + outer.im);
  store(z + m, difference.re + cross.im, difference.im - cross.re);
  store(z + 2 * m, sum.re - outer.re, sum.im - outer.im);
  store(z + 3 * m, difference.re - cross.im, difference.im + cross.re);
}

}  // namespace spectral
}  // namespace kws
