#include "../affine.h"

namespace kws {

void kws_dequantize_u8_f32(const Affine& p, const uint8_t* x, float* y) { dequantize_all(p, x, y); }

}  // namespace kws
