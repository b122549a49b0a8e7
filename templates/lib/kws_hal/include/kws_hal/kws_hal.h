// What a board gives: time, a serial line, sleep, and audio into a ring. One .cpp per capture API
// implements it; the application includes nothing else of a vendor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_hal/audio_ring.h"

namespace kws {
namespace hal {

// Bytes of the serial line that every board keeps while nobody reads them, or makes the host wait
// with (USB). What the application lets the host send is checked against it when it is compiled.
constexpr size_t kReceiveBytes = 2048;

// Clocks, serial line. Called once, first.
void begin();

// Never blocks; returns the bytes read (0 if none are waiting).
size_t serial_read(uint8_t* to, size_t capacity);
// Blocks until everything is handed to the driver; gives up (drops the rest) where nobody reads.
void serial_write(const char* data, size_t size);

// A free-running counter for measuring, and its rate. Wraps.
uint32_t ticks();
uint32_t ticks_per_second();

// Sleeps until an interrupt (audio, serial, or at most about a millisecond; ten where nothing has
// happened for a while). Deep: for about eight milliseconds where nothing else ends it, so that the
// processor is woken less often; what it has of deeper states is its framework's business.
constexpr uint32_t kDeepMs = 8;
void idle(bool deep);

// Starts the microphone; samples arrive in `ring` from an interrupt, DMA callback or task through
// ring.push_from_microphone(). False, with *reason set to static text, where that fails.
bool microphone_begin(AudioRing& ring, uint32_t sample_rate, const char** reason);
// Whether this board has one at all.
bool has_microphone();
#ifdef KWS_LIVE
// Sets its gain while it runs, in the capture API's units, until the next start. False: it has none
// that can be set, or not so high.
bool microphone_gain(uint32_t gain);
#endif

// Output pins, by the numbers that the board's framework gives them. Where there are none (virtual
// boards) the calls do nothing, and the application says on the serial line what they would have
// done.
bool has_pins();
void pin_output(uint8_t pin, bool high);
void pin_write(uint8_t pin, bool high);

// Audio that the host places in memory shared with it (virtual boards); nullptr elsewhere.
struct AudioLink* audio_link();

// What the application defines for boards whose framework owns main() (Arduino): the HAL calls the
// first once and the second for ever.
void application_setup();
void application_loop();

}  // namespace hal
}  // namespace kws
