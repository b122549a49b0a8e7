// The loops that both pools share.
#pragma once

#include <cstdint>
#include <cstring>

#include "kws_kernels/kws_kernels.h"
#include "requantize.h"
#include "window.h"

namespace kws {

// The taps of a window that are inside.
struct PoolWindow {
  const int8_t* x;  // the first
  int32_t rows, columns;
  int32_t row, step;  // bytes to the next row, to the next column
};

struct FourValues {
  int32_t a, b, c, d;
};

// Four neighbouring channels share the loops; `fold(value, x)` takes a tap into a channel's value.
template <typename Fold>
inline FourValues over_window(const PoolWindow& w, const int8_t* from, int32_t start, Fold fold) {
  int32_t a = start, b = start, c = start, d = start;
  const int32_t step = w.step;
  for (int32_t ky = w.rows; ky > 0; --ky, from += w.row) {
    const int8_t* x = from;
    for (int32_t kx = w.columns; kx > 0; --kx, x += step) {
      a = fold(a, x[0]);
      b = fold(b, x[1]);
      c = fold(c, x[2]);
      d = fold(d, x[3]);
    }
  }
  return {a, b, c, d};
}

// Sums of four neighbouring channels. With the DSP extension they are those of 16 bits, two in a
// word, where that is enough.
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'

inline FourValues sums_of_words(const PoolWindow& w, const int8_t* from) {
  uint32_t even = 0, odd = 0;
  const int32_t step = w.step;
  for (int32_t ky = w.rows; ky > 0; --ky, from += w.row) {
    const int8_t* x = from;
    for (int32_t kx = w.columns; kx > 0; --kx, x += step) {
      uint32_t word;
      std::memcpy(&word, x, sizeof word);
      __asm("sxtab16 %0, %0, %1" : "+r"(even) : "r"(word));
      __asm("sxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(word));
    }
  }
  const auto low = [](uint32_t two) { return static_cast<int16_t>(two & 0xffffu); };
  const auto high = [](uint32_t two) { return static_cast<int32_t>(two) >> 16; };
  return {low(even), low(odd), high(even), high(odd)};
}

template <typename Fold>
inline FourValues sums_over_window(const PoolWindow& w, const int8_t* from, Fold add) {
  constexpr int32_t kMostTaps = 256;
  return w.rows * w.columns <= kMostTaps ? sums_of_words(w, from) : over_window(w, from, 0, add);
}

#else

template <typename Fold>
inline FourValues sums_over_window(const PoolWindow& w, const int8_t* from, Fold add) {
  return over_window(w, from, 0, add);
}

#endif

template <typename Fold>
inline int32_t over_channel(const PoolWindow& w, const int8_t* from, int32_t start, Fold fold) {
  for (int32_t ky = 0; ky < w.rows; ++ky, from += w.row) {
    for (int32_t kx = 0; kx < w.columns; ++kx) start = fold(start, from[kx * w.step]);
  }
  return start;
}

// Calls reduce(window, y) for every output pixel.
template <typename Reduce>
inline void pool_2d(const Pool2dS8& p, const int8_t* x, int8_t* y, Reduce reduce) {
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.filter_h, 1, p.in_h);
      int32_t origin_x = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, origin_x += p.stride_w) {
        const Taps columns = taps_inside(origin_x, p.filter_w, 1, p.in_w);
        const int32_t pixel = (origin_y + rows.first) * p.in_w + origin_x + columns.first;
        reduce(PoolWindow{x + pixel * p.channels, rows.end - rows.first,
                          columns.end - columns.first, p.in_w * p.channels, p.channels},
               y);
        y += p.channels;
      }
    }
    x += p.in_h * p.in_w * p.channels;
  }
}

// Values of four channels are four(window, first of their inputs), of one `one`; they end by
// finish(value).
template <typename Four, typename One, typename Finish>
struct Pooling {
  Four four;
  One one;
  Finish finish;
};

template <typename Four, typename One, typename Finish>
inline void pool_window(const Pool2dS8& p, const PoolWindow& w,
                        const Pooling<Four, One, Finish>& by, int8_t* y) {
  const auto store = [&](int32_t value) {
    *y++ = static_cast<int8_t>(clamp(by.finish(value), p.activation_min, p.activation_max));
  };
  int32_t channel = 0;
  for (; channel + 4 <= p.channels; channel += 4) {
    const FourValues values = by.four(w, w.x + channel);
    store(values.a);
    store(values.b);
    store(values.c);
    store(values.d);
  }
  for (; channel < p.channels; ++channel) store(by.one(w, w.x + channel));
}

}  // namespace kws
