// Runs kws::Float32Frontend over audio from standard input: the native driver of the spectral
// rows.
//
// Input, 32-bit little-endian words: the number of front ends; each is the fields of SpectralTables
// in its order (floats as their bits, arrays as length and values), the number of floats of the
// work buffer, then inverse scale and zero point of a model's input, then the number of runs; a run
// is the number of pieces, their lengths, and the samples of all pieces. The state is reset between
// runs. A run of one piece of length 0xffffffff is noise: a seed and a number of samples follow,
// and its frames are hashed (FNV-1a over words) instead of shown. Output per run: a line per frame,
// its floats' bits in hex; a line with all frames as one window in the int8 of a model's input, one
// in its uint8, one in floats; a line with a full stop. The window stands in a ring that begins in
// the middle.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "kws_frontend/float32_frontend.h"

namespace {

uint32_t read_word() {
  unsigned char b[4];
  if (std::fread(b, 1, 4, stdin) != 4) std::exit(2);
  return static_cast<uint32_t>(b[0]) | static_cast<uint32_t>(b[1]) << 8 |
         static_cast<uint32_t>(b[2]) << 16 | static_cast<uint32_t>(b[3]) << 24;
}

float read_float() {
  const uint32_t word = read_word();
  float value;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

uint16_t read_u16() { return static_cast<uint16_t>(read_word()); }
bool read_bool() { return read_word() != 0; }

template <typename T>
std::vector<T> read_array() {
  std::vector<T> values(read_word());
  for (T& value : values) {
    const uint32_t word = read_word();
    if constexpr (sizeof(T) == 4)
      std::memcpy(&value, &word, sizeof(value));
    else
      value = static_cast<T>(word);
  }
  return values;
}

template <typename T>
void print_bits(const T* values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t word = 0;
    std::memcpy(&word, values + i, sizeof(T));
    std::printf("%0*x", static_cast<int>(2 * sizeof(T)), static_cast<unsigned>(word));
  }
  std::printf("\n");
}

// `frames` as a model's input, from a ring in which the oldest stands at `first`.
template <typename T>
void print_window(kws::Frontend& frontend, const std::vector<float>& frames,
                  kws::InputFormat format, kws::InputFormat::Type type) {
  const uint32_t values = frontend.kept_values();
  const uint32_t count = static_cast<uint32_t>(frames.size() / values);
  const uint32_t slots = count + 2;
  const uint32_t first = slots / 2;
  std::vector<float> ring(slots * values);
  for (uint32_t n = 0; n < count; n++)
    std::memcpy(ring.data() + (first + n) % slots * values, frames.data() + n * values,
                values * sizeof(float));
  format.type = type;
  std::vector<T> input(count * frontend.channels());
  if (count > 0)
    frontend.convert_window(
        kws::FrameWindow(ring.data(), slots, first, count, frontend.frame_bytes()), format,
        input.data());
  print_bits(input.data(), input.size());
}

// The generator of test/frontend/signals.ts at full scale.
void run_noise(kws::Float32Frontend& frontend) {
  uint32_t state = read_word();
  uint32_t hash = 2166136261u;
  for (uint32_t left = read_word(); left > 0; left--) {
    state = state * 1664525u + 1013904223u;
    const int16_t sample = static_cast<int16_t>(static_cast<int32_t>(state >> 16) - 32768);
    bool ready = false;
    if (frontend.consume(&sample, 1, &ready) != 1) std::exit(5);
    if (!ready) continue;
    const float* frame = static_cast<const float*>(frontend.frame());
    for (uint32_t i = 0; i < frontend.kept_values(); i++) {
      if (!std::isfinite(frame[i])) std::exit(6);
      uint32_t word;
      std::memcpy(&word, frame + i, sizeof(word));
      hash = (hash ^ word) * 16777619u;
    }
  }
  std::printf("%08x\n.\n", static_cast<unsigned>(hash));
}

void run(kws::Float32Frontend& frontend, const kws::InputFormat& format) {
  frontend.reset();
  std::vector<float> frames;
  const std::vector<uint32_t> lengths = read_array<uint32_t>();
  if (lengths.size() == 1 && lengths[0] == 0xffffffffu) {
    run_noise(frontend);
    return;
  }
  for (uint32_t length : lengths) {
    std::vector<int16_t> piece(length);
    for (int16_t& sample : piece) sample = static_cast<int16_t>(read_word());
    for (size_t taken = 0; taken < piece.size();) {
      bool ready = false;
      taken += frontend.consume(piece.data() + taken, piece.size() - taken, &ready);
      if (!ready) continue;
      const float* frame = static_cast<const float*>(frontend.frame());
      print_bits(frame, frontend.kept_values());
      frames.insert(frames.end(), frame, frame + frontend.kept_values());
    }
    bool ready = true;
    if (piece.empty() && (frontend.consume(piece.data(), 0, &ready) != 0 || ready)) std::exit(4);
  }
  using Type = kws::InputFormat::Type;
  print_window<int8_t>(frontend, frames, format, Type::kInt8);
  print_window<uint8_t>(frontend, frames, format, Type::kUint8);
  print_window<float>(frontend, frames, format, Type::kFloat32);
  std::printf(".\n");
}

void run_frontend() {
  kws::SpectralTables t;
  for (uint16_t* field :
       {&t.window_size, &t.step_size, &t.used_size, &t.fft_size, &t.first_radix, &t.first_bin,
        &t.last_bin, &t.filters, &t.channels, &t.kept_values, &t.cmvn_half})
    *field = read_u16();
  t.normalization = static_cast<uint8_t>(read_word());
  for (bool* field : {&t.magnitude, &t.filtered, &t.logarithmic, &t.floor_added, &t.rescaled,
                      &t.cosine, &t.energy, &t.relative, &t.variance})
    *field = read_bool();
  for (float* field : {&t.pre_emphasis, &t.sample_unit, &t.bin_scale, &t.energy_scale, &t.floor,
                       &t.log_scale, &t.rescale_offset, &t.rescale_scale, &t.clip_least,
                       &t.clip_greatest, &t.levels, &t.level, &t.top_db, &t.cmvn_share})
    *field = read_float();
  const auto window = read_array<float>();
  const auto order = read_array<uint16_t>();
  const auto radices = read_array<uint8_t>();
  const auto twiddles = read_array<float>();
  const auto split_twiddles = read_array<float>();
  const auto filter_first = read_array<uint16_t>();
  const auto filter_width = read_array<uint16_t>();
  const auto filter_weights = read_array<float>();
  const auto log_table = read_array<float>();
  const auto cosines = read_array<float>();
  t.window = window.data();
  t.order = order.data();
  t.radices = radices.data();
  t.twiddles = twiddles.data();
  t.split_twiddles = split_twiddles.data();
  t.filter_first = filter_first.data();
  t.filter_width = filter_width.data();
  t.filter_weights = filter_weights.data();
  t.log_table = log_table.data();
  t.cosines = cosines.data();
  std::vector<int16_t> history(t.window_size + 2u);
  std::vector<float> work(read_word());
  std::vector<float> frame(t.kept_values);
  kws::Float32Frontend frontend(t, history.data(), work.data(), frame.data());
  kws::InputFormat format = {};
  format.inverse_scale = read_float();
  format.zero_point = static_cast<int32_t>(read_word());
  for (uint32_t runs = read_word(); runs > 0; runs--) run(frontend, format);
}

}  // namespace

int main() {
  for (uint32_t count = read_word(); count > 0; count--) run_frontend();
  return 0;
}
