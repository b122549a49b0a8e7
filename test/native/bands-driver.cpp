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
#include "numbers.h"

namespace {

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
  const auto resonators = read_array<int16_t>(read_int());
  tables.resonators = resonators.data();
  const size_t count = static_cast<size_t>(tables.octaves) * tables.bands_per_octave;
  std::vector<kws::BandState> bands(count);
  std::vector<int16_t> past((tables.octaves - 1u) * kws::kBandsReach + 1);
  std::vector<uint16_t> frame(count);
  kws::BandsFrontend frontend(tables, bands.data(), past.data(), frame.data());
  for (int32_t runs = read_int(); runs > 0; --runs) {
    frontend.reset();
    const auto pieces = read_array<size_t>(read_int());
    for (const size_t piece : pieces) {
      const auto samples = read_array<int16_t>(static_cast<int32_t>(piece));
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
