#include "../requantize_all.h"

namespace kws {

void kws_requantize_s8_u8(const Requantize& p, const int8_t* x, uint8_t* y) {
  requantize_all(p, x, y);
}

}  // namespace kws
