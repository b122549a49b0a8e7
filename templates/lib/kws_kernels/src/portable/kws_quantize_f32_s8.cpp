#include "../affine.h"

namespace kws {

void kws_quantize_f32_s8(const Affine& p, const float* x, int8_t* y) { quantize_all(p, x, y); }

}  // namespace kws
