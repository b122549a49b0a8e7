// Blinks as often as the number of the label that was heard: labels get their numbers in the order
// in which they are heard first. Nothing waits: the time is counted in rounds of the main loop.
#include <kws_device.h>
#include <string.h>

// Arduino's LED on most boards; the number of any other output pin.
static const uint8_t kPin = 13;
// At least a hundred rounds pass in a second.
static const uint32_t kRounds = 20;
static const uint32_t kMostLabels = 8;

static const char* labels[kMostLabels];
static uint32_t label_count = 0;
static uint32_t changes_left = 0;
static uint32_t rounds = 0;

static uint32_t number_of(const char* label) {
  for (uint32_t i = 0; i < label_count; ++i) {
    if (strcmp(labels[i], label) == 0) return i + 1;
  }
  if (label_count == kMostLabels) return kMostLabels;
  labels[label_count] = label;
  return ++label_count;
}

void kws_user_setup() { kws_pin_output(kPin, false); }

void kws_on_detection(const char*, const char* label, float, uint32_t) {
  changes_left = 2 * number_of(label);
  rounds = 0;
}

void kws_user_loop() {
  if (changes_left == 0) return;
  if (rounds-- > 0) return;
  rounds = kRounds;
  // An even number of changes is left: the LED is dark.
  kws_pin_write(kPin, changes_left % 2 == 0);
  --changes_left;
}
