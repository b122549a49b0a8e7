#include "counter.h"

#include "kws_machine.h"

namespace kws_test {
namespace {

uint32_t started = 0;

uint32_t now() {
  const uint32_t value = kws_machine::reg(kws_machine::kCounterValue);
  return kws_machine::kCounterDown ? 0u - value : value;
}

}  // namespace

void start_counter() {
  static bool running = false;
  if (!running) {
    if (kws_machine::kCounterReload != 0) {
      kws_machine::reg(kws_machine::kCounterValue) = 0xffffffffu;
      kws_machine::reg(kws_machine::kCounterReload) = 0xffffffffu;
    }
    kws_machine::reg(kws_machine::kCounterControl) = 1;
    running = true;
  }
  started = now();
}

uint32_t counter_ticks() { return now() - started; }

}  // namespace kws_test
