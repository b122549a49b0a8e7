// A single-producer single-consumer ring with free-running indices: `head_ - tail_` is what it
// holds, also when they wrap. Only loads and stores are atomic, no read-modify-write: cores without
// exclusive access (Cortex-M0+) have none.
#include "kws_hal/audio_ring.h"

#include <cstring>

namespace kws {

size_t AudioRing::push(const int16_t* samples, size_t count) {
  const uint32_t head = head_.load(std::memory_order_relaxed);
  const uint32_t tail = tail_.load(std::memory_order_acquire);
  const size_t capacity = static_cast<size_t>(mask_) + 1;
  const size_t room = capacity - (head - tail);
  const size_t taken = count < room ? count : room;
  const size_t start = head & mask_;
  const size_t first = taken < capacity - start ? taken : capacity - start;
  if (first > 0) std::memcpy(storage_ + start, samples, first * sizeof(int16_t));
  if (taken > first) std::memcpy(storage_, samples + first, (taken - first) * sizeof(int16_t));
  head_.store(head + static_cast<uint32_t>(taken), std::memory_order_release);
  return taken;
}

// `pushing_` and `source_` are written by one side and read by the other, in opposite order on the
// two sides; sequential consistency makes sure that at least one of them sees the other's write.
void AudioRing::push_from_microphone(const int16_t* samples, size_t count) {
  pushing_.store(true, std::memory_order_seq_cst);
  if (source_.load(std::memory_order_seq_cst) == Source::kMicrophone) {
    const size_t lost = count - push(samples, count);
    if (lost > 0) {
      const uint32_t before = overruns_.load(std::memory_order_relaxed);
      overruns_.store(before + static_cast<uint32_t>(lost), std::memory_order_relaxed);
    }
  }
  pushing_.store(false, std::memory_order_release);
}

size_t AudioRing::push_from_host(const int16_t* samples, size_t count) {
  return source() == Source::kHost ? push(samples, count) : 0;
}

// Every target is little-endian.
void AudioRing::put_ahead(size_t byte, uint8_t value) {
  if (byte / sizeof(int16_t) >= space()) return;
  const size_t at = sizeof(int16_t) * head_.load(std::memory_order_relaxed) + byte;
  reinterpret_cast<uint8_t*>(storage_)[at & (sizeof(int16_t) * (mask_ + size_t{1}) - 1)] = value;
}

size_t AudioRing::commit_from_host(size_t count) {
  if (source() != Source::kHost) return 0;
  const size_t taken = count < space() ? count : space();
  const uint32_t head = head_.load(std::memory_order_relaxed);
  head_.store(head + static_cast<uint32_t>(taken), std::memory_order_release);
  return taken;
}

size_t AudioRing::pop(int16_t* to, size_t count) {
  const uint32_t tail = tail_.load(std::memory_order_relaxed);
  const uint32_t head = head_.load(std::memory_order_acquire);
  const size_t capacity = static_cast<size_t>(mask_) + 1;
  const size_t held = head - tail;
  const size_t taken = count < held ? count : held;
  const size_t start = tail & mask_;
  const size_t first = taken < capacity - start ? taken : capacity - start;
  if (first > 0) std::memcpy(to, storage_ + start, first * sizeof(int16_t));
  if (taken > first) std::memcpy(to + first, storage_, (taken - first) * sizeof(int16_t));
  tail_.store(tail + static_cast<uint32_t>(taken), std::memory_order_release);
  return taken;
}

// The microphone is shut out while the ring is emptied, whichever source comes next: what is there
// afterwards was pushed after the switch.
void AudioRing::select(Source source) {
  source_.store(Source::kHost, std::memory_order_seq_cst);
  while (pushing_.load(std::memory_order_seq_cst)) {
  }
  tail_.store(head_.load(std::memory_order_acquire), std::memory_order_release);
  source_.store(source, std::memory_order_release);
}

}  // namespace kws
