// The pipeline and its history of samples.
#include "kws_frontend/micro_frontend.h"

#include <cstring>

#include "kws_frontend/integer_frames.h"
#include "kws_frontend/stage_done.h"
#include "stages.h"

namespace kws {

void MicroFrontend::reset() {
  filled_ = 0;
  std::memset(noise_, 0, channels() * sizeof(*noise_));
  std::memset(frame_, 0, channels() * sizeof(*frame_));
  notch_input_ = 0;
  notch_output_ = 0;
}

size_t MicroFrontend::consume(const int16_t* samples, size_t count, bool* frame_ready) {
  const size_t wanted = t_.window_size - filled_;
  const size_t taken = count < wanted ? count : wanted;
  take(samples, taken);
  filled_ += static_cast<uint32_t>(taken);
  *frame_ready = filled_ == t_.window_size;
  if (*frame_ready) {
    compute();
    filled_ -= t_.step_size;
    std::memmove(history_, history_ + t_.step_size, filled_ * sizeof(int16_t));
  }
  return taken;
}

void MicroFrontend::take(const int16_t* samples, size_t count) {
  int16_t* to = history_ + filled_;
  if (t_.dc_notch == 0) {
    if (count > 0) std::memcpy(to, samples, count * sizeof(int16_t));
    return;
  }
  for (const int16_t* const end = samples + count; samples != end; ++samples) {
    const int32_t kept = ((notch_output_ * static_cast<int32_t>(t_.dc_notch) >> 14) + 1) >> 1;
    // In 16 bits, as all of it.
    const int16_t change = static_cast<int16_t>(*samples - notch_input_);
    notch_input_ = *samples;
    notch_output_ = static_cast<int16_t>(change + kept);
    *to++ = notch_output_;
  }
}

void MicroFrontend::convert(const void* frame, const InputFormat& format, void* to) {
  convert_integers(static_cast<const uint16_t*>(frame), channels(), format, to);
}

void MicroFrontend::convert_window(const FrameWindow& window, const InputFormat& format, void* to) {
  if (t_.dynamic_range == 0) return Frontend::convert_window(window, format, to);
  const uint32_t width = channels();
  int32_t greatest = 0;
  for (uint32_t f = 0; f < window.count(); ++f) {
    const uint16_t* from = static_cast<const uint16_t*>(window.frame(f));
    for (uint32_t i = 0; i < width; ++i) greatest = from[i] > greatest ? from[i] : greatest;
  }
  const int32_t range = t_.dynamic_range;
  const int32_t least = greatest > range ? greatest - range : 0;
  const int32_t span = greatest > least ? greatest - least : 1;
  for (uint32_t f = 0; f < window.count(); ++f) {
    const uint16_t* from = static_cast<const uint16_t*>(window.frame(f));
    for (uint32_t i = 0; i < width; ++i) {
      // The int8 that MLTK makes of it, plus 128.
      const int32_t above = from[i] - least;
      const uint32_t step = above <= 0 ? 0u : static_cast<uint32_t>(above * 255 / span);
      const uint32_t at = f * width + i;
      if (format.type == InputFormat::Type::kFloat32) {
        // The scale of micro_speech's int8 features.
        static_cast<float*>(to)[at] = static_cast<float>(step) * static_cast<float>(666.0 / 6553.6);
      } else {
        static_cast<uint8_t*>(to)[at] =
            static_cast<uint8_t>(format.type == InputFormat::Type::kInt8 ? step ^ 0x80u : step);
      }
    }
  }
}

void MicroFrontend::compute() {
  const uint32_t shift = micro::apply_window(t_, history_, spectrum_);
  stage_done(0);
  micro::fft_energies(t_, shift, spectrum_);
  stage_done(1);
  micro::channel_amplitudes(t_, spectrum_, shift, energies_);
  stage_done(2);
  if ((t_.stages & kMicroNoiseReduction) != 0) micro::reduce_noise(t_, energies_, noise_);
  stage_done(3);
  if ((t_.stages & kMicroGain) != 0) micro::normalize_gain(t_, energies_, noise_);
  stage_done(4);
  if ((t_.stages & kMicroLogarithm) != 0) {
    micro::scaled_logarithms(t_, energies_, frame_);
  } else {
    micro::plain_values(t_, energies_, frame_);
  }
  stage_done(5);
}

}  // namespace kws
