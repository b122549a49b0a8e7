// Runs the fixed-point spectral front end over audio from standard input: the native driver of its
// rows.
//
// Input, little-endian int32: the scalars of FixedFrontendTables in their order, then its arrays
// (length, values); then the number of runs. A run is: the input's type (0 int8, 1 uint8, 2
// float32), zero point, multiplier and shift; how many frames a model sees; the number of pieces,
// their lengths, and the samples of all pieces. Output: a line per frame, int32 values in hex; then
// the last frames, converted, as one line of bytes in hex; an empty line after each run. The state
// is reset between runs.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <vector>

#include "kws_frontend/fixed_frontend.h"
#include "numbers.h"

namespace {

template <typename T>
void read_to(T& value) {
  value = static_cast<T>(read_int());
}

// Lives as long as the program.
template <typename T>
void read_table(const T*& to) {
  static std::list<std::vector<T>> all;
  all.push_back(read_array<T>(read_int()));
  to = all.back().data();
}

kws::FixedFrontendTables read_tables() {
  kws::FixedFrontendTables t = {};
  read_to(t.window_size);
  read_to(t.step_size);
  read_to(t.fft_size);
  read_to(t.used_samples);
  read_to(t.channels);
  read_to(t.values);
  read_to(t.kept_values);
  read_to(t.first_bin);
  read_to(t.bins);
  read_to(t.stages);
  read_to(t.emphasised);
  read_to(t.pre_emphasis);
  read_to(t.pre_emphasis_rest);
  read_to(t.magnitude);
  read_to(t.direct);
  read_to(t.energy);
  read_to(t.logarithm);
  read_to(t.floor_added);
  read_to(t.reference_max);
  read_to(t.normalization);
  read_to(t.sample_exponent);
  read_to(t.exponent);
  read_to(t.floor_exponent);
  read_to(t.floor_mantissa);
  read_to(t.log_multiplier);
  read_to(t.log_shift);
  read_to(t.log_offset);
  read_to(t.scale_mantissa);
  read_to(t.rescaled);
  read_to(t.rescale_multiplier);
  read_to(t.rescale_shift);
  read_to(t.rescale_offset);
  read_to(t.least);
  read_to(t.greatest);
  read_to(t.levels);
  read_to(t.level_multiplier);
  read_to(t.level_shift);
  read_to(t.dct);
  read_to(t.dct_pre_shift);
  read_to(t.dct_shift);
  read_to(t.range);
  read_to(t.variance);
  read_to(t.mean_multiplier);
  read_to(t.mean_shift);
  read_table(t.window);
  read_table(t.order);
  read_table(t.radices);
  read_table(t.twiddles);
  read_table(t.split_twiddles);
  read_table(t.filter_first);
  read_table(t.filter_length);
  read_table(t.filter_exponents);
  read_table(t.weights);
  read_table(t.cosines);
  read_table(t.dct_multipliers);
  read_table(t.square_roots);
  read_table(t.log2_excess);
  return t;
}

void print_bytes(const std::vector<uint8_t>& bytes) {
  for (const uint8_t byte : bytes) std::printf("%02x", byte);
  std::printf("\n");
}

// The newest `count` frames, as they lie in a ring that has turned, converted.
std::vector<uint8_t> converted(kws::FixedFrontend& frontend, const std::vector<int32_t>& frames,
                               size_t count, const kws::InputFormat& format) {
  const size_t kept = frontend.kept_values();
  const size_t all = frames.size() / kept;
  const size_t slots = count + 1;
  const size_t first = (count > 2) ? count - 2 : 0;
  std::vector<int32_t> ring(slots * kept);
  for (size_t i = 0; i < count; i++)
    std::memcpy(ring.data() + (first + i) % slots * kept, frames.data() + (all - count + i) * kept,
                kept * sizeof(int32_t));
  const bool floats = format.type == kws::InputFormat::Type::kFloat32;
  std::vector<uint8_t> to(count * frontend.channels() * (floats ? 4 : 1));
  const kws::FrameWindow window(ring.data(), static_cast<uint32_t>(slots),
                                static_cast<uint32_t>(first), static_cast<uint32_t>(count),
                                frontend.frame_bytes());
  frontend.convert_window(window, format, to.data());
  return to;
}

}  // namespace

int main() {
  const kws::FixedFrontendTables t = read_tables();
  // Exactly as long as fixedFrontendForC() says: AddressSanitizer watches the ends.
  std::vector<int16_t> history(t.window_size + 1u);
  std::vector<int32_t> work(t.fft_size + 2u);
  std::vector<int32_t> frame(t.kept_values);
  std::vector<int32_t> scratch(t.channels + 1u + t.values);
  kws::FixedFrontend frontend(t, history.data(), work.data(), frame.data(), scratch.data());
  if (frontend.channels() != t.values || frontend.kept_values() != t.kept_values) return 3;
  for (int32_t runs = read_int(); runs > 0; runs--) {
    frontend.reset();
    kws::InputFormat format = {};
    read_to(format.type);
    read_to(format.zero_point);
    read_to(format.multiplier);
    read_to(format.shift);
    const size_t seen = static_cast<size_t>(read_int());
    std::vector<int32_t> frames;
    for (int32_t length : read_array<int32_t>(read_int())) {
      const std::vector<int16_t> piece = read_array<int16_t>(length);
      for (size_t taken = 0; taken < piece.size();) {
        bool ready = false;
        taken += frontend.consume(piece.data() + taken, piece.size() - taken, &ready);
        if (!ready) continue;
        const int32_t* values = static_cast<const int32_t*>(frontend.frame());
        frames.insert(frames.end(), values, values + t.kept_values);
        for (uint32_t i = 0; i < t.kept_values; i++)
          std::printf("%08x", static_cast<uint32_t>(values[i]));
        std::printf("\n");
      }
    }
    if (seen > 0 && frames.size() >= seen * t.kept_values)
      print_bytes(converted(frontend, frames, seen, format));
    std::printf("\n");
  }
  return 0;
}
