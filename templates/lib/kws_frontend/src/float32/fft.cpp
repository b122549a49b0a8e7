// The stages of the complex FFT after the first: decimation in time, radix 2, 3, 4 and 5, in place.
//
// A stage joins blocks of m entries to blocks of radix * m. Entry k of every block is rotated by
// the same twiddles, so these are loaded once for all blocks; entry 0 is not rotated.
#include <utility>

#include "butterfly.h"
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

// The twiddles of a butterfly, in registers: stores to z may not change them.
template <uint32_t count>
struct Turns {
  explicit Turns(const float* from) : Turns(from, std::make_index_sequence<count>()) {}
  template <size_t... p>
  Turns(const float* from, std::index_sequence<p...>) : w{load(from + 2 * p)...} {}
  Complex w[count];
};

// One butterfly each, over elements z, z + m, ... (m in floats), all but the first rotated where
// there are twiddles.
struct Radix2 {
  static constexpr uint32_t kRadix = 2;
  template <bool rotated>
  static void run(float* z, uint32_t m, const Turns<1>* turns) {
    const Complex a = load(z);
    const Complex b = rotated ? times(load(z + m), turns->w[0]) : load(z + m);
    store(z, a.re + b.re, a.im + b.im);
    store(z + m, a.re - b.re, a.im - b.im);
  }
};

struct Radix3 {
  static constexpr uint32_t kRadix = 3;
  template <bool rotated>
  static void run(float* z, uint32_t m, const Turns<2>* turns) {
    constexpr float kSine = 0.86602540378443865f;  // sin(2 pi / 3)
    const Complex a = load(z);
    const Complex b = rotated ? times(load(z + m), turns->w[0]) : load(z + m);
    const Complex c = rotated ? times(load(z + 2 * m), turns->w[1]) : load(z + 2 * m);
    const Complex sum = {b.re + c.re, b.im + c.im};
    const Complex cross = {(b.re - c.re) * kSine, (b.im - c.im) * kSine};
    const Complex middle = {a.re - 0.5f * sum.re, a.im - 0.5f * sum.im};
    store(z, a.re + sum.re, a.im + sum.im);
    store(z + m, middle.re + cross.im, middle.im - cross.re);
    store(z + 2 * m, middle.re - cross.im, middle.im + cross.re);
  }
};

struct Radix4 {
  static constexpr uint32_t kRadix = 4;
  template <bool rotated>
  static void run(float* z, uint32_t m, const Turns<3>* turns) {
    const Complex a = load(z);
    const Complex b = rotated ? times(load(z + m), turns->w[0]) : load(z + m);
    const Complex c = rotated ? times(load(z + 2 * m), turns->w[1]) : load(z + 2 * m);
    const Complex d = rotated ? times(load(z + 3 * m), turns->w[2]) : load(z + 3 * m);
    butterfly4(z, m, {a, b, c, d});
  }
};

struct Radix5 {
  static constexpr uint32_t kRadix = 5;
  template <bool rotated>
  static void run(float* z, uint32_t m, const Turns<4>* turns) {
    constexpr float kCosine1 = 0.30901699437494742f;   // cos(2 pi / 5)
    constexpr float kCosine2 = -0.80901699437494742f;  // cos(4 pi / 5)
    constexpr float kSine1 = 0.95105651629515357f;     // sin(2 pi / 5)
    constexpr float kSine2 = 0.58778525229247313f;     // sin(4 pi / 5)
    const Complex a = load(z);
    const Complex b = rotated ? times(load(z + m), turns->w[0]) : load(z + m);
    const Complex c = rotated ? times(load(z + 2 * m), turns->w[1]) : load(z + 2 * m);
    const Complex d = rotated ? times(load(z + 3 * m), turns->w[2]) : load(z + 3 * m);
    const Complex e = rotated ? times(load(z + 4 * m), turns->w[3]) : load(z + 4 * m);
    const Complex outer = {b.re + e.re, b.im + e.im};
    const Complex inner = {c.re + d.re, c.im + d.im};
    const Complex across_outer = {b.re - e.re, b.im - e.im};
    const Complex across_inner = {c.re - d.re, c.im - d.im};
    const Complex near = {(a.re + kCosine1 * outer.re) + kCosine2 * inner.re,
                          (a.im + kCosine1 * outer.im) + kCosine2 * inner.im};
    const Complex far = {(a.re + kCosine2 * outer.re) + kCosine1 * inner.re,
                         (a.im + kCosine2 * outer.im) + kCosine1 * inner.im};
    const Complex near_cross = {kSine1 * across_outer.re + kSine2 * across_inner.re,
                                kSine1 * across_outer.im + kSine2 * across_inner.im};
    const Complex far_cross = {kSine2 * across_outer.re - kSine1 * across_inner.re,
                               kSine2 * across_outer.im - kSine1 * across_inner.im};
    store(z, (a.re + outer.re) + inner.re, (a.im + outer.im) + inner.im);
    store(z + m, near.re + near_cross.im, near.im - near_cross.re);
    store(z + 2 * m, far.re + far_cross.im, far.im - far_cross.re);
    store(z + 3 * m, far.re - far_cross.im, far.im + far_cross.re);
    store(z + 4 * m, near.re - near_cross.im, near.im + near_cross.re);
  }
};

// Joins blocks of m entries; returns the twiddles of the next stage.
template <typename Radix>
const float* stage(uint32_t length, uint32_t m, const float* w, float* z) {
  constexpr uint32_t kRadix = Radix::kRadix;
  const uint32_t block = 2 * kRadix * m;
  float* const end = z + 2 * length;
  for (float* at = z; at < end; at += block) Radix::template run<false>(at, 2 * m, nullptr);
  for (uint32_t k = 1; k < m; ++k, w += 2 * (kRadix - 1)) {
    const Turns<kRadix - 1> turns(w);
    for (float* at = z + 2 * k; at < end; at += block) Radix::template run<true>(at, 2 * m, &turns);
  }
  return w;
}

}  // namespace

void transform(const SpectralTables& t, float* work) {
  const uint32_t length = t.fft_size / 2u;
  const float* w = t.twiddles;
  uint32_t m = t.first_radix;
  for (const uint8_t* radix = t.radices; *radix != 0; m *= *radix++) {
    switch (*radix) {
      case 2:
        w = stage<Radix2>(length, m, w, work);
        break;
      case 3:
        w = stage<Radix3>(length, m, w, work);
        break;
      case 4:
        w = stage<Radix4>(length, m, w, work);
        break;
      default:
        w = stage<Radix5>(length, m, w, work);
        break;
    }
  }
}

}  // namespace spectral
}  // namespace kws
