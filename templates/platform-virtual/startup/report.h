// What the startup code of every virtual board offers to the rest of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kws_startup {

// Writes text to the serial line, polling; drops what nobody takes.
void serial_print(const char* text, size_t size);
// Reports that the program cannot go on, once a second, for ever.
[[noreturn]] void report_crash(const char* what, uint32_t pc, uint32_t lr, uint32_t reason);

}  // namespace kws_startup
