// A board under Zephyr (3.6 or later): its console is the serial line, read by interrupts
// (CONFIG_UART_INTERRUPT_DRIVEN); Zephyr's kernel sleeps.
#if defined(KWS_HAL_ZEPHYR)

#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>

#include <atomic>

#include "kws_hal/kws_hal.h"

namespace kws {
namespace hal {
namespace {

const device* const line = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));

// Filled by the interrupt, emptied by the main loop; both counts run modulo 2^32.
uint8_t received[kReceiveBytes];
std::atomic<uint32_t> head{0};
std::atomic<uint32_t> tail{0};

// While there is no room, nothing is taken from the driver: USB makes the host wait then.
void on_interrupt(const device* from, void*) {
  while (uart_irq_update(from) != 0 && uart_irq_rx_ready(from) != 0) {
    const uint32_t at = head.load(std::memory_order_relaxed);
    if (at - tail.load(std::memory_order_acquire) == kReceiveBytes) {
      uart_irq_rx_disable(from);
      return;
    }
    if (uart_fifo_read(from, &received[at % kReceiveBytes], 1) != 1) return;
    head.store(at + 1, std::memory_order_release);
  }
}

}  // namespace

void begin() {
  if (!device_is_ready(line)) return;
  uart_irq_callback_user_data_set(line, on_interrupt, nullptr);
  uart_irq_rx_enable(line);
}

size_t serial_read(uint8_t* to, size_t capacity) {
  size_t count = 0;
  uint32_t at = tail.load(std::memory_order_relaxed);
  while (count < capacity && at != head.load(std::memory_order_acquire))
    to[count++] = received[at++ % kReceiveBytes];
  tail.store(at, std::memory_order_release);
  if (count > 0) uart_irq_rx_enable(line);
  return count;
}

// What nobody reads is dropped by drivers of USB; a UART sends it to nobody.
void serial_write(const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) uart_poll_out(line, static_cast<unsigned char>(data[i]));
}

uint32_t ticks() { return k_cycle_get_32(); }
uint32_t ticks_per_second() { return static_cast<uint32_t>(sys_clock_hw_cycles_per_sec()); }

void idle(bool deep) { k_msleep(deep ? static_cast<int32_t>(kDeepMs) : 1); }

AudioLink* audio_link() { return nullptr; }

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_ZEPHYR
