// What a kernel of a row costs, where the driver is built to count (KWS_TEST_COUNT): ticks of the
// machine's counter, which QEMU lets pass with the instructions.
#pragma once

#include <cstdint>

namespace kws_test {

#if defined(KWS_TEST_COUNT)
void start_counter();
uint32_t counter_ticks();  // since then
#else
inline void start_counter() {}
#endif

}  // namespace kws_test
