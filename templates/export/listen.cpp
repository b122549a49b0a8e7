// Detections in 16-bit little-endian samples from standard input, at the rate that it prints:
//   sox recording.wav -t raw -r 16000 -c 1 -b 16 -e signed - | ./listen
#include <cstdio>

#include "kws_listener.h"

namespace {

void heard(const kws::Heard& what, void*) {
  std::printf("%s %.4f %lu\n", what.label, static_cast<double>(what.p),
              static_cast<unsigned long>(what.ms));
  std::fflush(stdout);
}

}  // namespace

int main() {
  kws::Listener listener(heard);
  if (const char* const reason = listener.begin()) {
    std::fprintf(stderr, "%s\n", reason);
    return 1;
  }
  std::fprintf(stderr, "%lu samples per second\n",
               static_cast<unsigned long>(kws::Listener::sample_rate()));
  int16_t samples[256];
  for (size_t count = 1; count > 0;) {
    count = std::fread(samples, sizeof samples[0], 256, stdin);
    listener.push(samples, count);
  }
  return 0;
}
