#include "../copy_bytes.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_copy(int32_t bytes, const void* x, void* y) { copy_bytes(bytes, x, y); }

}  // namespace kws
