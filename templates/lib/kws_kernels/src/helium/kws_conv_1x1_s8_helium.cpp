#include "kws_kernels/kws_kernels.h"
#include "vectors.h"

namespace kws {

void kws_conv_1x1_s8_helium(const Conv1x1S8Helium& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  using helium::kPixels;
  const helium::Layer layer = helium::layer_of(p, p.in_c);
  const int32_t room = helium::vectors_of(p.in_c) * helium::kLanes;
  const int32_t groups = (p.pixels + kPixels - 1) / kPixels;
  for (int32_t group = 0; group < groups; ++group) {
    const int32_t first = kPixels * (p.descending != 0 ? groups - 1 - group : group);
    const int32_t count = p.pixels - first < kPixels ? p.pixels - first : kPixels;
    // Outputs may take the place of these inputs.
    for (int32_t i = 0; i < count; ++i) {
      helium::copy(x + (first + i) * p.in_c, p.in_c, scratch + i * room);
    }
    helium::convolve(layer, scratch, count, y + first * p.out_c);
  }
}

}  // namespace kws
