// Runs kws_frontend over audio from standard input: the driver of the micro-frontend's rows, on the
// host and on a core.
//
// Input, little-endian int32: the 13 numbers of MicroFrontendTables, then its 8 arrays (length,
// values), then the number of runs; a run is the number of pieces, their lengths, and the samples
// of all pieces. Output: a line per frame, uint16 values in hex; an empty line after each run; at
// the end the int8 of every uint16, and the timer's ticks in consume(). The state is reset between
// runs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kws_frontend/integer_frames.h"
#include "kws_frontend/micro_frontend.h"
#include "numbers.h"

namespace {

void print(const uint16_t* frame, uint32_t channels) {
  for (uint32_t i = 0; i < channels; i++)
    for (int shift = 12; shift >= 0; shift -= 4)
      std::putchar("0123456789abcdef"[frame[i] >> shift & 15]);
  std::putchar('\n');
}

// What consume() costs, where QEMU's board counts instructions: its timer 0 (CMSDK APB timer) ticks
// every 40 ns of a virtual time that instructions make pass.
#if defined(__ARM_ARCH_PROFILE)
volatile uint32_t* const kTimer = reinterpret_cast<volatile uint32_t*>(0x40000000);
void start_timer() {
  kTimer[1] = 0xffffffffu;
  kTimer[2] = 0xffffffffu;
  kTimer[0] = 1;
}
uint32_t now() { return 0u - kTimer[1]; }
#else
void start_timer() {}
uint32_t now() { return 0; }
#endif

// All frames as int8 inputs of a model; they stand in a ring that begins in its middle.
void print_window(kws::MicroFrontend& frontend, const std::vector<uint16_t>& kept) {
  const uint32_t width = frontend.channels();
  const uint32_t count = static_cast<uint32_t>(kept.size()) / width;
  const uint32_t first = count / 2;
  std::vector<uint16_t> ring(kept.size());
  for (uint32_t i = 0; i < count; ++i) {
    std::copy_n(kept.begin() + i * width, width, ring.begin() + (first + i) % count * width);
  }
  const kws::FrameWindow window(ring.data(), count, first, count, width * 2);
  std::vector<uint8_t> inputs(kept.size());
  frontend.convert_window(window, {kws::InputFormat::Type::kInt8, 0, 1, 1.0f, 1, 1}, inputs.data());
  for (const uint8_t value : inputs) std::printf("%02x", value);
  std::printf("\n");
}

}  // namespace

int main() {
  const std::vector<int32_t> s = read_array<int32_t>(16);
  const auto u16 = [&s](size_t i) { return static_cast<uint16_t>(s[i]); };
  const std::vector<uint32_t> window = read_array<uint32_t>(read_int());
  const std::vector<uint8_t> order = read_array<uint8_t>(read_int());
  const std::vector<uint32_t> twiddles = read_array<uint32_t>(read_int());
  const std::vector<uint32_t> split = read_array<uint32_t>(read_int());
  const std::vector<uint16_t> widths = read_array<uint16_t>(read_int());
  const std::vector<uint16_t> shares = read_array<uint16_t>(read_int());
  const std::vector<int16_t> gain = read_array<int16_t>(read_int());
  const std::vector<uint16_t> log = read_array<uint16_t>(read_int());
  const kws::MicroFrontendTables tables = {
      u16(0),        u16(1),        u16(2),          u16(3),
      u16(4),        u16(5),        u16(6),          u16(7),
      u16(8),        u16(9),        u16(10),         static_cast<int16_t>(s[11]),
      u16(12),       u16(13),       u16(14),         u16(15),
      window.data(), order.data(),  twiddles.data(), split.data(),
      widths.data(), shares.data(), gain.data(),     log.data()};
  static uint32_t memory[kws::micro_memory_words(kws::kMicroMaxChannels)];
  static kws::MicroFrontend frontend(tables, memory);
  if (frontend.step_samples() != tables.step_size ||
      frontend.window_samples() != tables.window_size)
    return 3;
  uint32_t ticks = 0;
  start_timer();
  for (int32_t runs = read_int(); runs > 0; runs--) {
    frontend.reset();
    std::vector<uint16_t> kept;
    for (int32_t length : read_array<int32_t>(read_int())) {
      const std::vector<int16_t> piece = read_array<int16_t>(length);
      for (size_t taken = 0; taken < piece.size();) {
        bool ready = false;
        const uint32_t before = now();
        taken += frontend.consume(piece.data() + taken, piece.size() - taken, &ready);
        ticks += now() - before;
        if (!ready) continue;
        print(frontend.features(), frontend.channels());
        const uint16_t* const frame = frontend.features();
        if (frontend.needs_window()) kept.insert(kept.end(), frame, frame + frontend.channels());
      }
      bool ready = true;
      if (piece.empty() && (frontend.consume(piece.data(), 0, &ready) != 0 || ready)) return 4;
    }
    if (frontend.needs_window()) print_window(frontend, kept);
    std::printf("\n");
  }
  for (uint32_t v = 0; v <= 0xffff; v++)
    std::printf("%d ", kws::quantize_feature(static_cast<uint16_t>(v)));
  std::printf("\n%lu\n", static_cast<unsigned long>(ticks));
  return 0;
}
