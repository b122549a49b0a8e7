// Output pins, as the board has them: real ones, or a line of the protocol about what they would
// be.
#pragma once

#include <cstdint>

namespace kws {

// `name`: what the project calls the pin, for that line; nullptr where it has none but its number.
void pin_output(uint8_t pin, const char* name, bool high);
void pin_write(uint8_t pin, const char* name, bool high);

}  // namespace kws
