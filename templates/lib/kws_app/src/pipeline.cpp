#include "kws_app/pipeline.h"

#include <cstring>

#include "kws_app/tracer.h"
#include "kws_hal/kws_hal.h"

namespace kws {

void TickStats::add(uint32_t ticks) {
  ++count;
  sum += ticks;
  if (ticks < min) min = ticks;
  if (ticks > max) max = ticks;
}

namespace {

int32_t integer(const TensorView& output, uint32_t index) {
  return output.type == ElementType::kInt8 ? static_cast<const int8_t*>(output.data)[index]
                                           : static_cast<const uint8_t*>(output.data)[index];
}

// Of the inference of a model that runs now.
[[maybe_unused]] void trace_tensor(TraceStage stage, uint32_t model, const TensorView& tensor) {
  const uint32_t bytes = tensor.count * (tensor.type == ElementType::kFloat32 ? 4u : 1u);
  tracer.whole(stage, model, tracer.runs(model), tensor.data, bytes);
}

// [frames, channels] -> [channels, frames].
template <typename T>
void transpose_window(const T* from, uint32_t frames, uint32_t channels, T* to) {
  for (uint32_t frame = 0; frame < frames; ++frame) {
    for (uint32_t i = 0; i < channels; ++i) to[i * frames + frame] = *from++;
  }
}

}  // namespace

uint8_t probability(const TensorView& output, const OutputFormat& format, uint32_t index) {
  if (!kHasFloats || output.type != ElementType::kFloat32) {
    const int32_t distance = integer(output, index) - format.zero_point;
    if (distance <= 0) return 0;
    const int32_t p = (distance * format.multiplier + (1 << 13)) >> 14;
    return p > 255 ? uint8_t{255} : static_cast<uint8_t>(p);
  }
  const float p = static_cast<const float*>(output.data)[index] * 256.0f + 0.5f;
  if (!(p > 0.0f)) return 0;  // NaN too
  return p >= 255.0f ? uint8_t{255} : static_cast<uint8_t>(p);
}

int32_t raw_output(const TensorView& output, const OutputFormat& format, uint32_t index) {
  return kHasFloats && output.type == ElementType::kFloat32 ? probability(output, format, index)
                                                            : integer(output, index);
}

int32_t scaled_output(const TensorView& output, uint32_t index, float by) {
  const bool is_float = kHasFloats && output.type == ElementType::kFloat32;
  const float real =
      is_float ? static_cast<const float*>(output.data)[index]
               : output.scale * static_cast<float>(integer(output, index) - output.zero_point);
  constexpr float kMost = 1e9f;
  const float scaled = real * by;
  if (!(scaled > -kMost)) return scaled <= -kMost ? -static_cast<int32_t>(kMost) : 0;
  return static_cast<int32_t>(scaled < kMost ? scaled : kMost);
}

Pipeline::Pipeline(const AppConfig& config, PipelineListener& listener)
    : config_(config),
      listener_(listener),
      step_ticks_(config.step_us * (hal::ticks_per_second() / 1000000)) {
  clear_ticks();
}

ModelStatus Pipeline::prepare(uint32_t* failed) {
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    const ModelStatus status = config_.models[i].model->prepare();
    if (!status.ok) {
      *failed = i;
      return status;
    }
  }
  reset();
  return ModelStatus{true, nullptr};
}

void Pipeline::reset() {
  tracer.reset();
  samples_ = 0;
  steps_ = 0;
  now_ms_ = 0;
  now_rest_ = 0;
  behind_ = 0;
  next_frame_ = 0;
  if (kHasFrontend && config_.frontend != nullptr) config_.frontend->reset();
  if (kHasResampler && config_.resampler != nullptr) config_.resampler->reset();
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    const ModelConfig& model = config_.models[i];
    model.model->reset();
    if (kHasFrontend && model.detector != nullptr) model.detector->reset();
    until_run_[i] = model.frames;
    inferences_[i] = 0;
    failed_[i] = false;
    follows_[i] = false;
  }
}

void Pipeline::clear_ticks() {
  hop_ticks_.clear();
  input_ticks_.clear();
  pace_.clear();
  hop_pending_ = 0;
  for (TickStats& ticks : model_ticks_) ticks.clear();
}

// Kept up to date frame by frame: all that has passed would need a division of 64 bits.
void Pipeline::pass(uint32_t samples) {
  now_rest_ += samples * 1000u;
  now_ms_ += now_rest_ / config_.sample_rate;
  now_rest_ %= config_.sample_rate;
}

void Pipeline::consume(const int16_t* samples, size_t count) {
  samples_ += static_cast<uint32_t>(count);
  tracer.samples(TraceStage::kSamples, samples, count);
  if (!kHasFrontend || config_.frontend == nullptr) return;
  if (!kHasResampler || config_.resampler == nullptr) return hear(samples, count);
  int16_t converted[128];
  size_t written = 0;
  do {
    const uint32_t before = hal::ticks();
    const size_t taken = config_.resampler->consume(
        samples, count, converted, sizeof converted / sizeof converted[0], &written);
    hop_pending_ += hal::ticks() - before;
    samples += taken;
    count -= taken;
    hear(converted, written);
  } while (count > 0 || written > 0);
}

void Pipeline::hear(const int16_t* samples, size_t count) {
  Frontend* frontend = config_.frontend;
  if (config_.resampler != nullptr) tracer.samples(TraceStage::kResampled, samples, count);
  while (count > 0) {
    bool ready = false;
    tracer.begin_frame();
    const uint32_t before = hal::ticks();
    const size_t taken = frontend->consume(samples, count, &ready);
    hop_pending_ += hal::ticks() - before;
    samples += taken;
    count -= taken;
    if (!ready) continue;
    hop_ticks_.add(hop_pending_);
    feature_step();
    hop_pending_ = 0;
  }
}

void Pipeline::feature_step() {
  // Until the end: less the ticks there are now.
  behind_ = (behind_ > step_ticks_ ? behind_ - step_ticks_ : 0) + hop_pending_ - hal::ticks();
  ++steps_;
  const Frontend& frontend = *config_.frontend;
  pass(steps_ == 1 ? frontend.window_samples() : frontend.step_samples());
  if constexpr (kTracing) {
    tracer.whole(TraceStage::kFrame, 0, steps_, frontend.frame(), frontend.frame_bytes());
  }
  store_features();
  listener_.on_features(*config_.frontend, steps_);
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    if (--until_run_[i] == 0) {
      until_run_[i] = config_.models[i].hop;
      run_model(i);
    }
    config_.models[i].detector->step();
  }
  decide();
  behind_ += hal::ticks();
  if (behind_ > pace_.behind) pace_.behind = behind_;
  if (behind_ > until_run_[0] * step_ticks_) ++pace_.late;
}

bool Pipeline::keeps_inputs() const {
  if (kKeepsFrames && kKeepsInputs) return config_.feature_format == FeatureFormat::kInput;
  return kKeepsInputs;
}

uint32_t Pipeline::slot_bytes() const {
  return keeps_inputs() ? config_.frontend->channels() : config_.frontend->frame_bytes();
}

void Pipeline::store_features() {
  Frontend& frontend = *config_.frontend;
  uint8_t* to = static_cast<uint8_t*>(config_.features) + next_frame_ * slot_bytes();
  if (keeps_inputs()) {
    frontend.convert(frontend.frame(), config_.models[0].input, to);
  } else {
    memcpy(to, frontend.frame(), frontend.frame_bytes());
  }
  next_frame_ = next_frame_ + 1 == config_.feature_frames ? 0 : next_frame_ + 1;
}

uint32_t Pipeline::oldest_slot(const ModelConfig& model) const {
  // The newest stands just before next_frame_.
  return (next_frame_ + config_.feature_frames - model.frames) % config_.feature_frames;
}

void Pipeline::fill_input(const ModelConfig& model, const TensorView& input) const {
  Frontend& frontend = *config_.frontend;
  const uint8_t* ring = static_cast<const uint8_t*>(config_.features);
  const uint32_t bytes = slot_bytes();
  const bool transposed = kHasTransposed && model.transposed;
  uint8_t* to = static_cast<uint8_t*>(input.data);
  const uint32_t slot = oldest_slot(model);
  if (keeps_inputs() && transposed) {
    const FrameWindow window(ring, config_.feature_frames, slot, model.frames, bytes);
    for (uint32_t frame = 0; frame < model.frames; ++frame) {
      const uint8_t* values = static_cast<const uint8_t*>(window.frame(frame));
      for (uint32_t i = 0; i < bytes; ++i) to[i * model.frames + frame] = values[i];
    }
    return;
  }
  if (keeps_inputs()) {
    const uint32_t until_end = config_.feature_frames - slot;
    const uint32_t first = model.frames < until_end ? model.frames : until_end;
    memcpy(to, ring + slot * bytes, first * bytes);
    memcpy(to + first * bytes, ring, (model.frames - first) * bytes);
    return;
  }
  const FrameWindow window(ring, config_.feature_frames, slot, model.frames, bytes);
  if (!transposed) return frontend.convert_window(window, model.input, to);
  frontend.convert_window(window, model.input, config_.window);
  if (kHasFloats && model.input.type == InputFormat::Type::kFloat32) {
    transpose_window(static_cast<const float*>(config_.window), model.frames, frontend.channels(),
                     static_cast<float*>(input.data));
  } else {
    transpose_window(static_cast<const uint8_t*>(config_.window), model.frames, frontend.channels(),
                     to);
  }
}

bool Pipeline::invoke(uint32_t model) {
  follows_[model] = false;
  return compute(model, false);
}

bool Pipeline::compute(uint32_t index, bool moved_on) {
  const Model& model = *config_.models[index].model;
  if constexpr (kTracing) {
    tracer.begin_model(index);
    trace_tensor(TraceStage::kInput, index, model.input());
  }
  const uint32_t before = hal::ticks();
  const bool ok = moved_on && model.advance != nullptr ? model.advance() : model.invoke();
  model_ticks_[index].add(hal::ticks() - before);
  if constexpr (kTracing) {
    if (ok) trace_tensor(TraceStage::kOutput, index, model.output());
  }
  return ok;
}

void Pipeline::run_model(uint32_t index) {
  const ModelConfig& model = config_.models[index];
  if (failed_[index]) return;
  const uint32_t before = hal::ticks();
  fill_input(model, model.model->input());
  input_ticks_.add(hal::ticks() - before);
  // Frames go to the ring one by one and models run every hop: nothing comes in between but what
  // reset() and invoke() tell.
  const bool ok = compute(index, follows_[index]);
  follows_[index] = ok;
  if (!ok) {
    failed_[index] = true;  // told once, not at every step
    listener_.on_model_failure(index);
    return;
  }
  const TensorView output = model.model->output();
  uint8_t probabilities[kDetectorMaxOutputs];
  for (uint32_t i = 0; i < model.label_count; ++i) {
    probabilities[i] = probability(output, model.output, i);
  }
  model.detector->infer(probabilities);
  ++inferences_[index];
  tracer.smoothed(index, model);
  if (static_cast<int32_t>(index) != config_.gate) listener_.on_score(index, output, now_ms_);
}

void Pipeline::decide() {
  const bool open = config_.gate < 0 || config_.models[config_.gate].detector->open();
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    if (static_cast<int32_t>(i) == config_.gate) continue;
    const Detection heard = config_.models[i].detector->decide(open);
    if (heard.label >= 0) {
      listener_.on_detection(i, static_cast<uint32_t>(heard.label), heard.p, now_ms_);
    }
  }
}

}  // namespace kws
