#include "../affine.h"

namespace kws {

void kws_dequantize_s8_f32(const Affine& p, const int8_t* x, float* y) { dequantize_all(p, x, y); }

}  // namespace kws
