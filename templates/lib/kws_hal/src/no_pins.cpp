// Boards without pins: the application says what theirs would be.
#if defined(KWS_HAL_VIRTUAL) || defined(KWS_HAL_NATIVE) || defined(KWS_HAL_RP2040_BARE) || \
    defined(KWS_HAL_ZEPHYR)

#include "kws_hal/kws_hal.h"

namespace kws {
namespace hal {

bool has_pins() { return false; }
void pin_output(uint8_t, bool) {}
void pin_write(uint8_t, bool) {}

}  // namespace hal
}  // namespace kws

#endif
