#include "../window.h"
#include "channel_pairs.h"
#include "kws_kernels/kws_kernels.h"
#include "shape.h"

namespace kws {
namespace {

using namespace dsp;

// Words of the rows of a window, each row's, `step` bytes apart.
KWS_KERNELS_INLINE uint32_t* widen_rows(const int8_t* from, int32_t rows, int32_t step,
                                        int32_t words, uint32_t* to) {
  for (; rows > 0; --rows, from += step) {
    const int8_t* x = from;
    for (int32_t i = words; i > 0; --i, x += 4) to = widen_word(load(x), to);
  }
  return to;
}

// So many words, all the same.
uint32_t* fill(uint32_t* to, int32_t words, uint32_t word) {
  const uint32_t pair = sxtb16(word);
  for (; words > 0; --words, to += 2 * kPixels) {
    to[0] = pair;
    to[kPixels] = pair;
  }
  return to;
}

// By words as far as they go. The C library for small programs goes by bytes.
KWS_KERNELS_INLINE void copy_row(const int8_t* from, int32_t count, int8_t* to) {
  for (; count >= 4; count -= 4, from += 4, to += 4) store(to, load(from));
  for (; count > 0; --count) *to++ = *from++;
}

// Up to a multiple of four, for which there is room.
void fill_bytes(int8_t* to, int32_t count, uint32_t word) {
  for (; count > 0; count -= 4, to += 4) store(to, word);
}

// What all windows have in common.
struct Common {
  int32_t rows;   // of the kernel
  int32_t count;  // bytes of a row of the kernel
  int32_t words;  // in it; they come first, those of all rows
  int32_t rest;   // bytes after them, which come at the end, those of all rows
  int32_t step;   // bytes from a row of the kernel to the next in the input
  uint32_t zero_point;
  int8_t* bytes;  // room for a window
  int8_t* rests;  // room for what is left of rows
};

// What is left of rows, and zero points for rows outside.
void widen_rests(const Common& c, const int8_t* from, int32_t step, const Taps& rows,
                 uint32_t* to) {
  const int32_t rest = c.rest;
  const int32_t count = c.rows * rest;
  if (rows.end - rows.first < c.rows) fill_bytes(c.rests, count, c.zero_point);
  int8_t* at = c.rests + rows.first * rest;
  from += 4 * c.words;
  for (int32_t ky = rows.first; ky < rows.end; ++ky, from += step) {
    *at++ = from[0];
    if (rest > 1) *at++ = from[1];
    if (rest > 2) *at++ = from[2];
  }
  // Weights are zero where the last word has more than there is.
  for (int32_t i = 0; i < count; i += 4) to = widen_word(load(c.rests + i), to);
}

// Rows that are inside to where they are next to each other, with zero points left and right.
void copy_rows(const Conv2dS8Dsp& p, const Common& c, const int8_t* from, const Taps& rows,
               const Taps& columns) {
  const int32_t inside = rows.end - rows.first;
  const int32_t pixel = p.dilation_w * p.in_c;
  const int32_t taps = columns.end - columns.first;
  fill_bytes(c.bytes, inside * c.count, c.zero_point);
  int8_t* row = c.bytes + columns.first * p.in_c;
  from += columns.first * pixel;
  for (int32_t ky = inside; ky > 0; --ky, from += c.step, row += c.count) {
    if (!kDilatedColumns || p.dilation_w == 1) {
      copy_row(from, taps * p.in_c, row);
      continue;
    }
    for (int32_t kx = 0; kx < taps; ++kx) copy_row(from + kx * pixel, p.in_c, row + kx * p.in_c);
  }
}

// The inputs of one output, extended; zero points where there are none.
void gather(const Conv2dS8Dsp& p, const Common& c, const int8_t* x, const WindowAt& at,
            uint32_t* to) {
  const Taps rows = at.rows;
  const int32_t inside = rows.end - rows.first;
  int32_t step = c.step;
  const int8_t* from = x + (at.y * p.in_w + at.x) * p.in_c + rows.first * step;
  if ((kDilatedColumns && p.dilation_w != 1) || at.x < 0 || at.x + p.kernel_w > p.in_w) {
    copy_rows(p, c, from, rows, taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w));
    from = c.bytes;
    step = c.count;
  }
  const int32_t words = c.words;
  if (rows.first > 0) to = fill(to, rows.first * words, c.zero_point);
  to = words == 1   ? widen_rows(from, inside, step, 1, to)
       : words == 2 ? widen_rows(from, inside, step, 2, to)
                    : widen_rows(from, inside, step, words, to);
  const int32_t below = p.kernel_h - rows.first - inside;
  if (below > 0) to = fill(to, below * words, c.zero_point);
  if (kRowRests && c.rest != 0) widen_rests(c, from, step, rows, to);
}

}  // namespace

void kws_conv_2d_s8_dsp(const Conv2dS8Dsp& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  const int32_t inputs = p.kernel_h * p.kernel_w * p.in_c;
  const int32_t quads = (inputs + 3) / 4;
  const ChannelPairs pairs{p.out_c,     quads,    2 * p.output_offset + 1, p.filter,
                           p.constants, p.shifts, is_rectified(p)};
  auto* pixels = reinterpret_cast<uint32_t*>(scratch);
  const int32_t row = p.kernel_w * p.in_c;
  int8_t* const bytes = scratch + scratch_words(quads) * 4;
  const Common common{p.kernel_h,
                      row,
                      row / 4,
                      row % 4,
                      p.dilation_h * p.in_w * p.in_c,
                      static_cast<uint32_t>(p.input_zero_point & 0xff) * 0x01010101u,
                      bytes,
                      bytes + 4 * quads};
  const int32_t per_image = p.out_h * p.out_w;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    WindowAt at{-p.pad_top, -p.pad_left, taps_inside(-p.pad_top, p.kernel_h, p.dilation_h, p.in_h)};
    int32_t left = p.out_w;  // of the row
    for (int32_t first = 0; first < per_image; first += kPixels) {
      int8_t* to[kPixels];
      for (int32_t i = 0; i < kPixels; ++i) {
        to[i] = y;
        gather(p, common, x, at, pixels + i);
        // At the end the last pixel is computed again.
        if (first + i + 1 >= per_image) continue;
        y += p.out_c;
        at.x += p.stride_w;
        if (--left > 0) continue;
        left = p.out_w;
        at.x = -p.pad_left;
        at.y += p.stride_h;
        at.rows = taps_inside(at.y, p.kernel_h, p.dilation_h, p.in_h);
      }
      convolve_pixels(pairs, pixels, to);
    }
    y += p.out_c;
    x += p.in_h * p.in_w * p.in_c;
  }
  const int32_t count = p.batches * per_image * p.out_c;
  clamp_all(y - count, count, p.activation_min, p.activation_max);
}

}  // namespace kws
