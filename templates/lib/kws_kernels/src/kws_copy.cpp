#include <cstring>

#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_copy(int32_t bytes, const void* x, void* y) {
  std::memmove(y, x, static_cast<size_t>(bytes));
}

}  // namespace kws
