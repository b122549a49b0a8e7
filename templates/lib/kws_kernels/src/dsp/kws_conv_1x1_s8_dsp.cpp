#include "channel_pairs.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_conv_1x1_s8_dsp(const Conv1x1S8Dsp& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  const int32_t quads = (p.in_c + 3) / 4;
  const dsp::ChannelPairs pairs{p.out_c,     quads,    2 * p.output_offset + 1, p.filter,
                                p.constants, p.shifts, dsp::is_rectified(p)};
  auto* pixels = reinterpret_cast<uint32_t*>(scratch);
  const int32_t groups = (p.pixels + dsp::kPixels - 1) / dsp::kPixels;
  for (int32_t group = 0; group < groups; ++group) {
    const int32_t first = dsp::kPixels * (p.descending != 0 ? groups - 1 - group : group);
    int8_t* to[dsp::kPixels];
    for (int32_t i = 0; i < dsp::kPixels; ++i) {
      // Past the end the last pixel is computed again, from what was read before it was written.
      const int32_t pixel = first + i < p.pixels ? first + i : p.pixels - 1;
      dsp::widen(x + pixel * p.in_c, p.in_c, pixels + i);
      to[i] = y + pixel * p.out_c;
    }
    dsp::convolve_pixels(pairs, pixels, to);
  }
  dsp::clamp_all(y, p.pixels * p.out_c, p.activation_min, p.activation_max);
}

}  // namespace kws
