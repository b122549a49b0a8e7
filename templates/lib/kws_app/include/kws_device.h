/* What your own code in the folder `device/` beside kws.json may define and call: C and C++. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Yours to define, each of them where you want it. They run in the main loop, never in an
   interrupt. Audio waits in a ring meanwhile: a call that takes longer than the ring holds loses
   some, and the board says so with the fault `overrun`. */

/* Something was heard; before the serial line says so. `p`: mean probability, 0 to 1. `ms`: audio
   time since start. The texts stay valid for ever. */
void kws_on_detection(const char* model, const char* label, float p, uint32_t ms);
/* Once, when clocks and the serial line run; before the microphone starts. */
void kws_user_setup(void);
/* In every round of the main loop: at least a hundred times a second while nothing is heard. */
void kws_user_loop(void);

/* Yours to call from the three above. */

/* A line of its own on the serial line. */
void kws_print(const char* text);
/* Makes a pin an output with this level. Virtual boards have no pins: they say its level in a line
   `pin` of the protocol. */
void kws_pin_output(uint8_t pin, bool high);
/* Sets the level of a pin that is an output. */
void kws_pin_write(uint8_t pin, bool high);

#ifdef __cplusplus
}
#endif
