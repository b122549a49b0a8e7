// Convolution of three pixels at a time with pairs of channels. Internal.
//
// Two channels A and B share every 16-bit half of a weight word: half = 256 * B + A (A signed). One
// word holds both channels' weights of two neighbouring inputs, so that multiplying it as it is
// sums 256 * B + A, and with the low bytes extended A alone; the difference is B. That spares one
// of two extensions. Inputs are extended to 16 bits once, for all channels, and paired as that
// leaves them: the first with the third of every four, the second with the fourth.
#pragma once

#include <cstdint>

#include "packed.h"

namespace kws {
namespace dsp {

constexpr int32_t kPixels = 3;

struct ChannelPairs {
  int32_t out_c;  // even
  int32_t quads;  // inputs of one output / 4, rounded up
  int32_t zero_point_x2_plus_1;
  const int8_t* filter;      // [out_c / 2][quads][0 2 1 3][2]: halves of 256 * B + A
  const int32_t* constants;  // [out_c / 2][4]: bias of A, 256 * bias of B + bias of A, multipliers
  const int8_t* shifts;      // [out_c], less 1
  bool rectified;
};

// Words of scratch memory that three pixels take.
constexpr int32_t scratch_words(int32_t quads) { return quads * 2 * kPixels; }

// One pixel of `count` inputs, or a part of it of whole groups of four, into every third word, from
// `to` on: of each group inputs 0 and 2, then 1 and 3. Returns where the next part goes.
KWS_KERNELS_INLINE uint32_t* widen_word(uint32_t word, uint32_t* to) {
  to[0] = sxtb16(word);
  to[kPixels] = sxtb16_ror8(word);
  return to + 2 * kPixels;
}
KWS_KERNELS_INLINE uint32_t* widen(const int8_t* x, int32_t count, uint32_t* to) {
  const int8_t* const end = x + (count & ~3);
  for (; x != end; x += 4) to = widen_word(load(x), to);
  return (count & 3) == 0 ? to : widen_word(load_some(x, count & 3), to);
}

// All channels of three pixels: y[i] is where those of pixel i go; two of them may be the same.
void convolve_pixels(const ChannelPairs& p, const uint32_t* x, int8_t* const* y);

}  // namespace dsp
}  // namespace kws
