// Runs kws::Resampler over audio from standard input: the driver of its rows, on the host and on a
// core.
//
// Input, little-endian int32: the 7 numbers of ResamplerTables and its kernel (length, values),
// then the number of runs; a run is the number of pieces, for each its length and the room for its
// output, and the samples of all pieces. Output: a line per piece, samples in hex; an empty line
// after each run. The state is reset between runs.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kws_frontend/resampler.h"
#include "numbers.h"

namespace {

void print(const int16_t* samples, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (int shift = 12; shift >= 0; shift -= 4)
      std::putchar("0123456789abcdef"[static_cast<uint16_t>(samples[i]) >> shift & 15]);
}

// One piece, with output memory of its own for each call, so that writing past it is noticed.
void convert(kws::Resampler& resampler, const std::vector<int16_t>& piece, size_t room) {
  for (size_t taken = 0;;) {
    std::vector<int16_t> out(room);
    size_t written = room + 1;
    taken +=
        resampler.consume(piece.data() + taken, piece.size() - taken, out.data(), room, &written);
    print(out.data(), written);
    // With room left it has taken everything.
    if (written < room) {
      if (taken != piece.size()) std::exit(3);
      return;
    }
  }
}

}  // namespace

int main() {
  const std::vector<uint32_t> s = read_array<uint32_t>(7);
  const auto u16 = [&s](size_t i) { return static_cast<uint16_t>(s[i]); };
  const std::vector<uint32_t> kernel = read_array<uint32_t>(read_int());
  const kws::ResamplerTables tables = {u16(0), u16(1), u16(2), u16(3),
                                       s[4],   s[5],   u16(6), kernel.data()};
  std::vector<int16_t> history(2u * tables.taps);
  kws::Resampler resampler(tables, history.data());
  for (int32_t runs = read_int(); runs > 0; runs--) {
    resampler.reset();
    for (int32_t pieces = read_int(); pieces > 0; pieces--) {
      const int32_t length = read_int();
      const int32_t room = read_int();
      convert(resampler, read_array<int16_t>(length), static_cast<size_t>(room));
    }
    std::printf("\n");
  }
  return 0;
}
