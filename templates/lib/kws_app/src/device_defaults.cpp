// What runs where a project's own code does not define it.
#include "kws_device.h"

__attribute__((weak)) void kws_on_detection(const char* /*model*/, const char* /*label*/,
                                            float /*p*/, uint32_t /*ms*/) {}
__attribute__((weak)) void kws_user_setup() {}
__attribute__((weak)) void kws_user_loop() {}
