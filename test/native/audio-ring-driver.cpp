// Drives kws_hal's audio ring for test/native/audio-ring.test.ts: prints what went wrong, or "ok".
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "kws_hal/audio_ring.h"

namespace {

using kws::AudioRing;

int failures = 0;

template <typename A, typename B>
void expect_equal(const char* what, A got, B wanted) {
  const long long a = static_cast<long long>(got);
  const long long b = static_cast<long long>(wanted);
  if (a == b) return;
  ++failures;
  if (failures <= 20) std::printf("%s: %lld, not %lld\n", what, a, b);
}
#define EXPECT_EQ(got, wanted) expect_equal(#got, got, wanted)

std::vector<int16_t> ramp(size_t count, int first) {
  std::vector<int16_t> samples(count);
  for (size_t i = 0; i < count; ++i) samples[i] = static_cast<int16_t>(first + static_cast<int>(i));
  return samples;
}

void basics() {
  std::vector<int16_t> storage(16);
  AudioRing ring(storage.data(), 16);
  int16_t out[32];
  EXPECT_EQ(ring.available(), 0u);
  EXPECT_EQ(ring.space(), 16u);
  EXPECT_EQ(ring.pop(out, 32), 0u);

  // Around the end, many times, in pieces of all lengths.
  int written = 0;
  int read = 0;
  for (size_t step = 0; step < 200; ++step) {
    const size_t count = step % 13;
    ring.push_from_microphone(ramp(count, written).data(), count);
    written += static_cast<int>(count);
    EXPECT_EQ(ring.available(), count);
    const size_t popped = ring.pop(out, 32);
    EXPECT_EQ(popped, count);
    for (size_t i = 0; i < popped; ++i, ++read) EXPECT_EQ(out[i], static_cast<int16_t>(read));
  }
  EXPECT_EQ(ring.overruns(), 0u);

  // What does not fit is counted, what fits is kept.
  ring.push_from_microphone(ramp(10, 0).data(), 10);
  ring.push_from_microphone(ramp(10, 10).data(), 10);
  EXPECT_EQ(ring.overruns(), 4u);
  EXPECT_EQ(ring.space(), 0u);
  ring.push_from_microphone(ramp(3, 0).data(), 3);
  EXPECT_EQ(ring.overruns(), 7u);
  EXPECT_EQ(ring.pop(out, 5), 5u);
  EXPECT_EQ(ring.pop(out + 5, 32), 11u);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(out[i], i);
  ring.reset_overruns();
  EXPECT_EQ(ring.overruns(), 0u);
}

void sources() {
  std::vector<int16_t> storage(8);
  AudioRing ring(storage.data(), 8);
  int16_t out[8];
  const std::vector<int16_t> microphone = ramp(20, 100);
  const std::vector<int16_t> host = ramp(20, 500);
  EXPECT_EQ(static_cast<int>(ring.source()), static_cast<int>(AudioRing::Source::kMicrophone));
  EXPECT_EQ(ring.push_from_host(host.data(), 3), 0u);
  ring.push_from_microphone(microphone.data(), 3);

  ring.select(AudioRing::Source::kHost);
  EXPECT_EQ(ring.available(), 0u);
  ring.push_from_microphone(microphone.data(), 20);  // dropped, and no overrun
  EXPECT_EQ(ring.overruns(), 0u);
  EXPECT_EQ(ring.push_from_host(host.data(), 20), 8u);
  EXPECT_EQ(ring.push_from_host(host.data(), 1), 0u);
  EXPECT_EQ(ring.overruns(), 0u);
  EXPECT_EQ(ring.pop(out, 8), 8u);
  EXPECT_EQ(out[7], 507);

  ring.push_from_host(host.data(), 5);
  ring.select(AudioRing::Source::kMicrophone);
  EXPECT_EQ(ring.available(), 0u);
  EXPECT_EQ(ring.push_from_host(host.data(), 1), 0u);
  ring.push_from_microphone(microphone.data(), 2);
  EXPECT_EQ(ring.pop(out, 8), 2u);
  EXPECT_EQ(out[1], 101);
}

// Bytes go ahead of what is there, over the end of the storage, and count once they are committed.
void bytes_ahead() {
  std::vector<int16_t> storage(8);
  AudioRing ring(storage.data(), 8);
  int16_t out[8];
  ring.put_ahead(0, 1);
  EXPECT_EQ(ring.commit_from_host(1), 0u);
  ring.select(AudioRing::Source::kHost);
  EXPECT_EQ(ring.push_from_host(ramp(6, 0).data(), 6), 6u);
  EXPECT_EQ(ring.pop(out, 5), 5u);
  const std::vector<int16_t> sent = ramp(7, 0x1234);
  for (size_t i = 0; i < 20; ++i) {
    ring.put_ahead(i, reinterpret_cast<const uint8_t*>(sent.data())[i < 14 ? i : 0]);
  }
  EXPECT_EQ(ring.available(), 1u);
  EXPECT_EQ(ring.commit_from_host(3), 3u);
  EXPECT_EQ(ring.commit_from_host(9), 4u);
  EXPECT_EQ(ring.pop(out, 8), 8u);
  EXPECT_EQ(out[0], 5);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(out[i + 1], sent[static_cast<size_t>(i)]);
}

// One thread pushes a ramp as a microphone would, this one pops: every sample comes in order or is
// counted.
void stress() {
  std::vector<int16_t> storage(256);
  AudioRing ring(storage.data(), 256);
  constexpr uint32_t kTotal = 1000000;
  std::atomic<bool> over{false};
  std::thread producer([&] {
    uint32_t sent = 0;
    int16_t piece[97];
    while (sent < kTotal) {
      const uint32_t count = 1 + sent % 97;
      for (uint32_t i = 0; i < count; ++i) piece[i] = static_cast<int16_t>(sent + i);
      // Half of the time only what fits, so that both ways are exercised.
      if (sent % 2 == 0 || ring.space() >= count) {
        const uint32_t before = ring.overruns();
        ring.push_from_microphone(piece, count);
        sent += count - (ring.overruns() - before);  // what was lost is sent again
      } else {
        std::this_thread::yield();
      }
    }
    over = true;
  });
  uint32_t received = 0;
  int16_t out[64];
  while (!over || ring.available() > 0) {
    const size_t count = ring.pop(out, 1 + received % 64);
    for (size_t i = 0; i < count; ++i) {
      if (out[i] != static_cast<int16_t>(received))
        EXPECT_EQ(out[i], static_cast<int16_t>(received));
      ++received;
    }
    if (count == 0) std::this_thread::yield();
  }
  producer.join();
  EXPECT_EQ(received >= kTotal, true);
}

// A microphone that never stops, while the source is switched: no sample of it appears among the
// host's.
void switching() {
  std::vector<int16_t> storage(64);
  AudioRing ring(storage.data(), 64);
  std::atomic<bool> over{false};
  std::thread microphone([&] {
    const std::vector<int16_t> negative(40, -1);
    while (!over) ring.push_from_microphone(negative.data(), negative.size());
  });
  int16_t out[64];
  uint32_t heard = 0;
  for (int round = 0; round < 3000; ++round) {
    ring.select(AudioRing::Source::kHost);
    int next = 0;
    int expected = 0;
    for (int i = 0; i < 4; ++i) {
      const std::vector<int16_t> piece = ramp(30, next);
      next += static_cast<int>(ring.push_from_host(piece.data(), 30));
      const size_t count = ring.pop(out, 64);
      for (size_t k = 0; k < count; ++k) {
        EXPECT_EQ(out[k], expected);
        ++expected;
      }
    }
    ring.select(AudioRing::Source::kMicrophone);
    if (round % 16 == 0) std::this_thread::yield();
    const size_t count = ring.pop(out, 64);
    for (size_t k = 0; k < count; ++k) EXPECT_EQ(out[k], -1);
    heard += static_cast<uint32_t>(count);
  }
  over = true;
  microphone.join();
  EXPECT_EQ(heard > 0, true);
}

}  // namespace

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  if (std::strcmp(mode, "basics") == 0) basics();
  if (std::strcmp(mode, "sources") == 0) sources();
  if (std::strcmp(mode, "ahead") == 0) bytes_ahead();
  if (std::strcmp(mode, "stress") == 0) stress();
  if (std::strcmp(mode, "switching") == 0) switching();
  if (failures == 0) std::printf("ok\n");
  return 0;
}
