#ifdef KWS_TRACE

#include "kws_app/tracer.h"

#include <atomic>
#include <cstring>

#include "kws_frontend/stage_done.h"
#include "kws_hal/audio_link.h"
#include "kws_hal/kws_hal.h"

namespace kws {

Tracer tracer;

void trace_operator(uint32_t index, const TracedOutput* outputs, uint32_t count) {
  tracer.operator_done(index, outputs, count);
}

namespace {

// CRC-32 (IEEE 802.3), half a byte at a time.
constexpr uint32_t kCrcTable[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
                                    0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
                                    0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                    0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};

uint32_t crc32(const void* data, uint32_t bytes, uint32_t crc = 0) {
  const uint8_t* from = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (uint32_t i = 0; i < bytes; ++i) {
    crc ^= from[i];
    crc = (crc >> 4) ^ kCrcTable[crc & 15u];
    crc = (crc >> 4) ^ kCrcTable[crc & 15u];
  }
  return ~crc;
}

constexpr const char* kStageNames[] = {"samples",  "resampled", "frame",    "input",
                                       "operator", "output",    "smoothed", "constant"};

const char* name_of(TraceStage stage) { return kStageNames[static_cast<uint32_t>(stage)]; }

constexpr TraceStage kSampleStages[] = {TraceStage::kSamples, TraceStage::kResampled};

void tell_stage(uint32_t stage) { tracer.stage_done(stage); }

void put32(uint8_t* to, uint32_t value) { std::memcpy(to, &value, sizeof value); }

// Of a record in shared memory: stage, model, number, id, output, offset, bytes.
constexpr uint32_t kHeaderWords = 7;
// How long the host may leave a full ring as it is.
constexpr uint32_t kPatienceSeconds = 10;

}  // namespace

void Tracer::attach(const AppConfig& config, LineWriter& line) {
  config_ = &config;
  line_ = &line;
  uint32_t slot = 0;
  for (uint32_t i = 0; i < config.model_count; ++i) {
    first_slot_[i] = slot;
    slot += config.models[i].model->operators;
  }
}

void Tracer::set_mode(Mode mode) {
  mode_ = mode;
  pending_ = 0;
  gave_up_ = false;
  for (TickStats& ticks : operators_) ticks.clear();
  for (TickStats& ticks : stages_) ticks.clear();
  stage_listener = mode == Mode::kTicks ? tell_stage : nullptr;
  AudioLink* const link = hal::audio_link();
  if (mode != Mode::kMemory || link == nullptr) return;
  link->trace_read = 0;
  link->trace_written = 0;
}

void Tracer::want(TraceStage stage, uint32_t model, uint32_t number, uint32_t id) {
  set_mode(Mode::kValues);
  wanted_ = {stage, model, number};
  wanted_id_ = id;
}

void Tracer::reset() {
  streams_[0] = streams_[1] = {};
  for (uint32_t& runs : runs_) runs = 0;
}

void Tracer::samples(TraceStage stage, const int16_t* samples, size_t count) {
  if (mode_ == Mode::kOff || mode_ == Mode::kTicks) return;
  Stream& stream = streams_[stage == TraceStage::kSamples ? 0 : 1];
  while (count > 0) {
    const uint32_t at = stream.count % kTraceBlock;
    const uint32_t number = stream.count / kTraceBlock;
    const uint32_t room = kTraceBlock - at;
    const uint32_t taken = count < room ? static_cast<uint32_t>(count) : room;
    const uint32_t bytes = taken * 2;
    const Key key = {stage, 0, number};
    if (mode_ == Mode::kDigests) {
      stream.crc = crc32(samples, bytes, at == 0 ? 0 : stream.crc);
      if (taken == room) digest(key, {0, 0, 0, kTraceBlock * 2}, stream.crc);
    } else {
      tell(key, {0, 0, at * 2, bytes}, samples);
    }
    stream.count += taken;
    samples += taken;
    count -= taken;
  }
}

void Tracer::end_of_samples() {
  if (mode_ == Mode::kDigests) {
    for (const TraceStage stage : kSampleStages) {
      const Stream& stream = streams_[stage == TraceStage::kSamples ? 0 : 1];
      const uint32_t at = stream.count % kTraceBlock;
      const Key key = {stage, 0, stream.count / kTraceBlock};
      if (at > 0) digest(key, {0, 0, 0, at * 2}, stream.crc);
    }
  }
  flush();
}

void Tracer::whole(TraceStage stage, uint32_t model, uint32_t number, const void* data,
                   uint32_t bytes) {
  if (mode_ == Mode::kOff || mode_ == Mode::kTicks) return;
  tell({stage, model, number}, {0, 0, 0, bytes}, data);
}

void Tracer::smoothed(uint32_t model, const ModelConfig& config) {
  if (mode_ == Mode::kOff || mode_ == Mode::kTicks) return;
  uint16_t means[kDetectorMaxOutputs];
  for (uint32_t i = 0; i < config.label_count; ++i) means[i] = config.detector->p(i);
  tell({TraceStage::kSmoothed, model, runs_[model]}, {0, 0, 0, config.label_count * 2}, means);
  flush();
}

void Tracer::begin_model(uint32_t model) {
  model_ = model;
  ++runs_[model];
  last_ = hal::ticks();
}

void Tracer::begin_frame() { last_ = hal::ticks(); }

void Tracer::operator_done(uint32_t index, const TracedOutput* outputs, uint32_t count) {
  if (mode_ == Mode::kOff) return;
  if (mode_ == Mode::kTicks) {
    operators_[first_slot_[model_] + index].add(hal::ticks() - last_);
    last_ = hal::ticks();
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    const TracedOutput& output = outputs[i];
    tell({TraceStage::kOperator, model_, runs_[model_]},
         {index, output.output, output.offset, output.bytes}, output.data);
  }
}

void Tracer::stage_done(uint32_t stage) {
  if (stage >= kMaxStages) return;
  stages_[stage].add(hal::ticks() - last_);
  last_ = hal::ticks();
}

void Tracer::tell(const Key& key, const Part& part, const void* data) {
  if (mode_ == Mode::kDigests) return digest(key, part, crc32(data, part.bytes));
  if (mode_ == Mode::kMemory) return memory(key, part, data);
  if (wanted(key, part)) values(key, part, data);
}

bool Tracer::wanted(const Key& key, const Part& part) const {
  const uint32_t behind = key.number - wanted_.number;
  const bool near = behind == 0 || (behind == 1 && key.stage <= TraceStage::kResampled);
  return key.stage == wanted_.stage && key.model == wanted_.model && near && part.id == wanted_id_;
}

void Tracer::digest(const Key& key, const Part& part, uint32_t crc) {
  const Key& before = pending_key_;
  const bool same =
      key.stage == before.stage && key.model == before.model && key.number == before.number;
  if (!same || pending_ == kPending) flush();
  pending_key_ = key;
  uint8_t* const to = pending_bytes_ + pending_++ * kDigestBytes;
  put32(to, part.id | part.output << 16);
  put32(to + 4, part.offset);
  put32(to + 8, part.bytes);
  put32(to + 12, crc);
  // Of many that follow each other only those of operators belong together.
  if (key.stage != TraceStage::kOperator && key.stage != TraceStage::kConstant) flush();
}

void Tracer::flush() {
  if (pending_ == 0) return;
  line_->begin("trace")
      .add("s", name_of(pending_key_.stage))
      .add("m", pending_key_.model)
      .add("n", pending_key_.number)
      .add_hex("d", pending_bytes_, pending_ * kDigestBytes)
      .end();
  pending_ = 0;
}

void Tracer::values(const Key& key, const Part& part, const void* data) {
  for (uint32_t at = 0; at < part.bytes; at += kChunk) {
    const uint32_t rest = part.bytes - at;
    line_->begin("trace")
        .add("s", name_of(key.stage))
        .add("m", key.model)
        .add("n", key.number)
        .add("i", part.id)
        .add("o", part.output)
        .add("at", part.offset + at)
        .add_hex("v", static_cast<const uint8_t*>(data) + at, rest < kChunk ? rest : kChunk)
        .end();
  }
}

void Tracer::memory(const Key& key, const Part& part, const void* data) {
  if (gave_up_) return;
  const uint32_t header[kHeaderWords] = {static_cast<uint32_t>(key.stage),
                                         key.model,
                                         key.number,
                                         part.id,
                                         part.output,
                                         part.offset,
                                         part.bytes};
  put(header, sizeof header);
  put(data, part.bytes);
}

void Tracer::put(const void* data, uint32_t bytes) {
  AudioLink* const link = hal::audio_link();
  const uint8_t* from = static_cast<const uint8_t*>(data);
  while (bytes > 0) {
    if (!room(1)) return;
    const uint32_t capacity = link->trace_capacity;
    const uint32_t written = link->trace_written;
    const uint32_t free = capacity - (written - link->trace_read);
    const uint32_t at = written & (capacity - 1);
    uint32_t count = bytes < free ? bytes : free;
    if (count > capacity - at) count = capacity - at;
    std::memcpy(reinterpret_cast<uint8_t*>(link) + link->trace_at + at, from, count);
    std::atomic_thread_fence(std::memory_order_release);
    link->trace_written = written + count;
    from += count;
    bytes -= count;
  }
}

bool Tracer::room(uint32_t bytes) {
  AudioLink* const link = hal::audio_link();
  const uint32_t start = hal::ticks();
  while (link->trace_capacity - (link->trace_written - link->trace_read) < bytes) {
    if (gave_up_) return false;
    gave_up_ = hal::ticks() - start > kPatienceSeconds * hal::ticks_per_second();
    hal::idle(false);
  }
  return !gave_up_;
}

TracedConstants Tracer::constants_of(uint32_t of) const {
  if (of < config_->model_count) return config_->models[of].model->constants;
  return of == config_->model_count ? config_->frontend_constants : config_->resampler_constants;
}

void Tracer::constants(uint32_t of) {
  const TracedConstants all = constants_of(of);
  for (uint32_t i = 0; i < all.count; ++i) {
    const TracedConstant& one = all.items[i];
    digest({TraceStage::kConstant, of, 0}, {i, 0, 0, one.bytes}, crc32(one.data, one.bytes));
  }
  flush();
  done();
}

void Tracer::constant(uint32_t of, uint32_t index) {
  const TracedConstants all = constants_of(of);
  if (index < all.count) {
    const TracedConstant& one = all.items[index];
    values({TraceStage::kConstant, of, 0}, {index, 0, 0, one.bytes}, one.data);
  }
  done();
}

void Tracer::report_ticks(const Key& key, const TickStats& ticks) {
  if (ticks.count == 0) return;
  line_->begin("ticks")
      .add("s", name_of(key.stage))
      .add("m", key.model)
      .add("i", key.number)
      .add("n", ticks.count)
      .add("min", ticks.min)
      .add("max", ticks.max)
      .add("sum", ticks.sum)
      .end();
}

void Tracer::report() {
  for (uint32_t i = 0; i < kMaxStages; ++i) report_ticks({TraceStage::kFrame, 0, i}, stages_[i]);
  for (uint32_t model = 0; model < config_->model_count; ++model) {
    for (uint32_t i = 0; i < config_->models[model].model->operators; ++i) {
      report_ticks({TraceStage::kOperator, model, i}, operators_[first_slot_[model] + i]);
    }
  }
  done();
}

void Tracer::done() { line_->begin("trace").add("s", "done").end(); }

}  // namespace kws

#endif  // KWS_TRACE
