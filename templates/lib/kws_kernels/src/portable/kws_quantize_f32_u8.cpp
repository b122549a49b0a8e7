#include "../affine.h"

namespace kws {

void kws_quantize_f32_u8(const Affine& p, const float* x, uint8_t* y) { quantize_all(p, x, y); }

}  // namespace kws
