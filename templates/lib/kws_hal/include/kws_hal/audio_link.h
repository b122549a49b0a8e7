// Memory shared between a virtual board and its host: how pushed audio reaches a board that has no
// microphone, thousands of times faster than its serial line.
//
// The host writes samples and then `host_written`; the device reads them and then writes
// `device_read`. Both count samples since the `play` command that started the clip, modulo 2^32;
// the ring holds `capacity` samples, a power of two. `end` is the clip's length, or kOpenEnd until
// the host knows it. All fields are little-endian; the host side is src/protocol/audio-link.ts.
#pragma once

#include <cstdint>

namespace kws {

constexpr uint32_t kAudioLinkMagic = 0x4153574bu;  // "KWSA"
constexpr uint32_t kAudioLinkVersion = 1;
constexpr uint32_t kOpenEnd = 0xffffffffu;
#ifdef KWS_TRACE
constexpr uint32_t kTraceCapacity = 1u << 20;  // bytes
#endif

struct AudioLink {
  uint32_t magic;                  // written by the device at start
  uint32_t version;                // written by the device at start
  uint32_t capacity;               // samples; written by the device at start
  volatile uint32_t host_written;  // written by the host
  volatile uint32_t end;           // written by the host
  volatile uint32_t device_read;   // written by the device
#ifdef KWS_TRACE
  // A ring of bytes from the device to the host (kws_app/tracer.h); both counts run modulo 2^32.
  uint32_t trace_at;        // byte of the link where it starts; written by the device at start
  uint32_t trace_capacity;  // bytes, a power of two; written by the device at start
  volatile uint32_t trace_written;  // written by the device
  volatile uint32_t trace_read;     // written by the host
  uint32_t reserved[6];             // the samples start at byte 64
#else
  uint32_t reserved[10];  // the samples start at byte 64
#endif
  int16_t samples[1];  // [capacity]
};

}  // namespace kws
