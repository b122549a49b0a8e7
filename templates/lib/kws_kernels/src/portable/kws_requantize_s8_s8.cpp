#include "../requantize_all.h"

namespace kws {

void kws_requantize_s8_s8(const Requantize& p, const int8_t* x, int8_t* y) {
  requantize_all(p, x, y);
}

}  // namespace kws
