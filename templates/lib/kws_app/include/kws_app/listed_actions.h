// The actions that kws.json lists: levels of pins, and lines of text.
//
// Owns: which of them a detection starts, and when a pin goes back. Leaves to others: the pins
// (pins.h), what is listed (the generated src/kws_actions.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/actions.h"

namespace kws {

enum class PinLevel : uint8_t { kLow, kHigh, kToggle };

struct Action {
  uint16_t model;
  uint16_t label;
  // A line for the serial line; nullptr: a pin.
  const char* text;
  uint8_t pin;
  const char* pin_name;  // or nullptr; see pins.h
  PinLevel level;
  uint16_t pulses;  // how often the pin has the level, where `ms` is not 0
  uint32_t ms;      // for so long, and between two pulses; 0: until something else sets the pin
};

// What of an action changes.
struct ActionState {
  uint32_t left_ms;       // until the next change; 0: none is due
  uint32_t changes_left;  // after that one
  bool high;
};

class ListedActions final : public Actions {
 public:
  // `states` holds one per action.
  ListedActions(const Action* actions, ActionState* states, uint32_t count)
      : actions_(actions), states_(states), count_(count) {}

  void begin() override;
  void on_detection(uint32_t model, uint32_t label) override;
  void poll() override;

 private:
  void start(const Action& action, ActionState& state);
  void set(const Action& action, bool high);
  // Actions on one pin share its level.
  void share(uint8_t pin, bool high);
  bool is_listed_before(uint32_t index) const;
  // Milliseconds since the last call.
  uint32_t elapsed_ms();

  const Action* actions_;
  ActionState* states_;
  uint32_t count_;
  uint32_t counted_ = 0;  // ticks up to which milliseconds were counted
};

}  // namespace kws
