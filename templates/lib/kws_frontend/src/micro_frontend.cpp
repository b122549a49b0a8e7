// The pipeline and its history of samples.
#include "kws_frontend/micro_frontend.h"

#include <cstring>

#include "stages.h"

namespace kws {

void MicroFrontend::reset() {
  filled_ = 0;
  std::memset(noise_, 0, sizeof(noise_));
  std::memset(frame_, 0, sizeof(frame_));
}

size_t MicroFrontend::consume(const int16_t* samples, size_t count, bool* frame_ready) {
  const size_t wanted = t_.window_size - filled_;
  const size_t taken = count < wanted ? count : wanted;
  if (taken > 0) std::memcpy(history_ + filled_, samples, taken * sizeof(int16_t));
  filled_ += static_cast<uint32_t>(taken);
  *frame_ready = filled_ == t_.window_size;
  if (*frame_ready) {
    compute();
    filled_ -= t_.step_size;
    std::memmove(history_, history_ + t_.step_size, filled_ * sizeof(int16_t));
  }
  return taken;
}

void MicroFrontend::compute() {
  const uint32_t shift = micro::apply_window(t_, history_, spectrum_);
  micro::fft_energies(t_, shift, spectrum_);
  micro::channel_amplitudes(t_, spectrum_, shift, energies_);
  micro::reduce_noise(t_, energies_, noise_);
  micro::normalize_gain(t_, energies_, noise_);
  micro::scaled_logarithms(t_, energies_, frame_);
}

}  // namespace kws
