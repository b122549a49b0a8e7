#include "kws_app/listed_actions.h"

#include "kws_app/pins.h"
#include "kws_device.h"
#include "kws_hal/kws_hal.h"

namespace kws {

void ListedActions::begin() {
  counted_ = hal::ticks();
  for (uint32_t i = 0; i < count_; ++i) {
    const Action& action = actions_[i];
    if (action.text != nullptr || is_listed_before(i)) continue;
    // Where several set a pin, the first one's level is what it does not have at the start.
    const bool high = action.level == PinLevel::kLow;
    share(action.pin, high);
    pin_output(action.pin, action.pin_name, high);
  }
}

void ListedActions::on_detection(uint32_t model, uint32_t label) {
  for (uint32_t i = 0; i < count_; ++i) {
    if (actions_[i].model == model && actions_[i].label == label) start(actions_[i], states_[i]);
  }
}

void ListedActions::start(const Action& action, ActionState& state) {
  if (action.text != nullptr) return kws_print(action.text);
  const bool toggles = action.level == PinLevel::kToggle;
  set(action, toggles ? !state.high : action.level == PinLevel::kHigh);
  if (action.ms == 0) return;
  // From now on, also where an earlier one is under way.
  elapsed_ms();
  state.left_ms = action.ms;
  state.changes_left = 2u * (action.pulses - 1u);
}

void ListedActions::poll() {
  const uint32_t elapsed = elapsed_ms();
  if (elapsed == 0) return;
  for (uint32_t i = 0; i < count_; ++i) {
    ActionState& state = states_[i];
    if (state.left_ms == 0) continue;
    if (state.left_ms > elapsed) {
      state.left_ms -= elapsed;
      continue;
    }
    // Whatever else has set the pin meanwhile: an even number of changes to come follows a pulse.
    const bool pulse = state.changes_left % 2 != 0;
    state.left_ms = state.changes_left > 0 ? actions_[i].ms : 0;
    if (state.changes_left > 0) --state.changes_left;
    set(actions_[i], pulse == (actions_[i].level == PinLevel::kHigh));
  }
}

void ListedActions::set(const Action& action, bool high) {
  share(action.pin, high);
  pin_write(action.pin, action.pin_name, high);
}

void ListedActions::share(uint8_t pin, bool high) {
  for (uint32_t i = 0; i < count_; ++i) {
    if (actions_[i].pin == pin) states_[i].high = high;
  }
}

bool ListedActions::is_listed_before(uint32_t index) const {
  for (uint32_t i = 0; i < index; ++i) {
    if (actions_[i].text == nullptr && actions_[i].pin == actions_[index].pin) return true;
  }
  return false;
}

uint32_t ListedActions::elapsed_ms() {
  const uint32_t per_ms = hal::ticks_per_second() / 1000u;
  const uint32_t elapsed = (hal::ticks() - counted_) / per_ms;
  counted_ += elapsed * per_ms;
  return elapsed;
}

}  // namespace kws
