// The one place where audio enters: a ring of samples between whoever delivers them (one producer)
// and the front end (one consumer). Lock-free for one producer in an interrupt and one consumer
// outside.
//
// Overruns are counted, never hidden. While audio is pushed by the host, the microphone's samples
// are dropped here and nowhere else.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace kws {

class AudioRing {
 public:
  enum class Source : uint8_t { kMicrophone, kHost };

  // `storage` holds `capacity` samples, a power of two.
  AudioRing(int16_t* storage, uint32_t capacity) : storage_(storage), mask_(capacity - 1) {}

  // Producer in an interrupt. Samples that do not fit are counted in overruns(); none are taken
  // while the host pushes.
  void push_from_microphone(const int16_t* samples, size_t count);
  // Producer in the main loop, while the source is the host. Returns how many were taken (the rest
  // must be offered again: pushed audio is never dropped).
  size_t push_from_host(const int16_t* samples, size_t count);
  // The same in two steps: a byte (the low one of a sample first) of what comes next, `byte` bytes
  // from here, unless there is no room for it; and `count` samples of it that are there now.
  void put_ahead(size_t byte, uint8_t value);
  size_t commit_from_host(size_t count);

  // Consumer. Returns how many samples were copied.
  size_t pop(int16_t* to, size_t count);
  size_t available() const {
    return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_relaxed);
  }
  size_t space() const { return mask_ + 1 - available(); }

  // Consumer. Empties the ring and switches who may fill it. Waits for a push that is under way on
  // another core or in another task (which must not have a lower priority), so that none of its
  // samples are left.
  void select(Source source);
  Source source() const { return source_.load(std::memory_order_acquire); }

  // Samples of the microphone that found no room since the last reset of the count.
  uint32_t overruns() const { return overruns_.load(std::memory_order_relaxed) - overruns_before_; }
  // Consumer.
  void reset_overruns() { overruns_before_ = overruns_.load(std::memory_order_relaxed); }

 private:
  size_t push(const int16_t* samples, size_t count);

  int16_t* storage_;
  uint32_t mask_;
  std::atomic<uint32_t> head_{0};      // written so far
  std::atomic<uint32_t> tail_{0};      // read so far
  std::atomic<uint32_t> overruns_{0};  // since start; written by the microphone's producer alone
  uint32_t overruns_before_ = 0;       // those before the last reset of the count
  std::atomic<Source> source_{Source::kMicrophone};
  std::atomic<bool> pushing_{false};  // the microphone's producer is in its push
};

}  // namespace kws
