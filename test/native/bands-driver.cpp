// Runs the band front end of kws_frontend over audio from standard input.
//
// Input, little-endian int32: the 5 numbers of BandsFrontendTables, its array (length, values),
// then the number of runs; a run is the number of pieces, their lengths, and the samples of all
// pieces. Output: a line per frame, uint16 values in hex; an empty line after each run. The state
// is reset between runs.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kws_frontend/bands_frontend.h"

namespace {

int32_t read_int() {
  unsigned char bytes[4];
  if (std::fread(bytes, 1, 4, stdin) != 4) std::exit(2);
  return static_cast<int32_t>(
      static_cast<uint32_t>(bytes[0]) | static_cast<uint32_t>(bytes[1]) << 8 |
      static_cast<uint32_t>(bytes[2]) << 16 | static_cast<uint32_t>(bytes[3]) << 24);
}

uint16_t read_short() { return static_cast<uint16_t>(read_int()); }

void print(const kws::Frontend& frontend) {
  const uint16_t* frame = static_cast<const uint16_t*>(frontend.frame());
  for (uint32_t i = 0; i < frontend.channels(); ++i) std::printf("%04x", frame[i]);
  std::printf("\n");
}

}  // namespace

int main() {
  kws::BandsFrontendTables tables;
  tables.step_size = read_short();
  tables.block_size = read_short();
  tables.octaves = read_short();
  tables.bands_per_octave = read_short();
  tables.floor_rise = read_short();
  std::vector<int16_t> resonators(static_cast<size_t>(read_int()));
  for (int16_t& value : resonators) value = static_cast<int16_t>(read_int());
  tables.resonators = resonators.data();
  const size_t count = static_cast<size_t>(tables.octaves) * tables.bands_per_octave;
  std::vector<kws::BandState> bands(count);
  std::vector<int16_t> past((tables.octaves - 1u) * kws::kBandsReach + 1);
  std::vector<uint16_t> frame(count);
  kws::BandsFrontend frontend(tables, bands.data(), past.data(), frame.data());
  for (int32_t runs = read_int(); runs > 0; --runs) {
    frontend.reset();
    std::vector<size_t> pieces(static_cast<size_t>(read_int()));
    for (size_t& piece : pieces) piece = static_cast<size_t>(read_int());
    for (const size_t piece : pieces) {
      std::vector<int16_t> samples(piece);
      for (int16_t& sample : samples) sample = static_cast<int16_t>(read_int());
      for (size_t taken = 0; taken < piece;) {
        bool ready = false;
        taken += frontend.consume(samples.data() + taken, piece - taken, &ready);
        if (ready) print(frontend);
      }
    }
    std::printf("\n");
  }
  return 0;
}
