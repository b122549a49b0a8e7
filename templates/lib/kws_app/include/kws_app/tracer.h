// What a build for `kws-gen verify` and `kws-gen profile` (KWS_TRACE) tells beside its results:
// every value on the way from samples to decisions, as digests, one by one, or whole through shared
// memory; or how long each operator and each stage of the front end took.
//
// The host side is src/proof. Owns: what is told and how it is cut. Leaves to others: when there is
// something to tell (Pipeline, the generated models), commands (App). In other builds every call is
// empty.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/config.h"
#include "kws_app/ticks.h"
#include "kws_protocol/line_writer.h"

namespace kws {

// In the order of the pipeline; the numbers stand in the protocol.
enum class TraceStage : uint8_t {
  kSamples,    // as captured or pushed, in blocks of kTraceBlock
  kResampled,  // the same at the front end's rate
  kFrame,
  kInput,
  kOperator,
  kOutput,
  kSmoothed,  // means of a detector, uint16 in ten-thousandths
  kConstant,
};

#ifdef KWS_TRACE

// What only serves telling stands behind `if constexpr (kTracing)`.
constexpr bool kTracing = true;
constexpr uint32_t kTraceBlock = 256;  // samples

class Tracer {
 public:
  enum class Mode : uint8_t { kOff, kDigests, kValues, kMemory, kTicks };

  void attach(const AppConfig& config, LineWriter& line);
  void set_mode(Mode mode);
  // Of one thing in the mode kValues; of samples, the block after it, too.
  void want(TraceStage stage, uint32_t model, uint32_t number, uint32_t id);

  // The pipeline was reset.
  void reset();
  void samples(TraceStage stage, const int16_t* samples, size_t count);
  // What of a block is not full yet.
  void end_of_samples();
  void whole(TraceStage stage, uint32_t model, uint32_t number, const void* data, uint32_t bytes);
  void smoothed(uint32_t model, const ModelConfig& config);
  // A model begins to run; what trace_operator() says is about it.
  void begin_model(uint32_t model);
  void begin_frame();

  // Constants as the linker placed them. `of`: a model, or beyond: front end, resampler.
  void constants(uint32_t of);
  void constant(uint32_t of, uint32_t index);
  // The ticks since they are counted.
  void report();

  void operator_done(uint32_t index, const TracedOutput* outputs, uint32_t count);
  void stage_done(uint32_t stage);

  uint32_t runs(uint32_t model) const { return runs_[model]; }

 private:
  // Of which thing something is told.
  struct Key {
    TraceStage stage;
    uint32_t model;
    uint32_t number;
  };
  // Which bytes of it.
  struct Part {
    uint32_t id;
    uint32_t output;
    uint32_t offset;
    uint32_t bytes;
  };
  struct Stream {
    uint32_t count;  // samples since reset
    uint32_t crc;    // of the block under way
  };
  static constexpr uint32_t kDigestBytes = 16;
  static constexpr uint32_t kPending = 32;
  static constexpr uint32_t kChunk = 512;
  static constexpr uint32_t kMaxStages = 8;

  void tell(const Key& key, const Part& part, const void* data);
  void digest(const Key& key, const Part& part, uint32_t crc);
  void values(const Key& key, const Part& part, const void* data);
  void memory(const Key& key, const Part& part, const void* data);
  void put(const void* data, uint32_t bytes);
  bool room(uint32_t bytes);
  void flush();
  void done();
  bool wanted(const Key& key, const Part& part) const;
  TracedConstants constants_of(uint32_t of) const;
  void report_ticks(const Key& key, const TickStats& ticks);

  const AppConfig* config_ = nullptr;
  LineWriter* line_ = nullptr;
  Mode mode_ = Mode::kOff;
  Key wanted_ = {};
  uint32_t wanted_id_ = 0;
  uint32_t model_ = 0;
  uint32_t first_slot_[8] = {};
  uint32_t runs_[8] = {};
  uint32_t blocks_seen_ = 0;
  Stream streams_[2] = {};
  uint32_t last_ = 0;  // ticks
  bool gave_up_ = false;
  Key pending_key_ = {};
  uint32_t pending_ = 0;
  uint8_t pending_bytes_[kPending * kDigestBytes] = {};
  TickStats operators_[KWS_TRACE > 0 ? KWS_TRACE : 1] = {};
  TickStats stages_[kMaxStages] = {};
};

extern Tracer tracer;

#else

constexpr bool kTracing = false;

struct Tracer {
  void reset() const {}
  void samples(TraceStage, const int16_t*, size_t) const {}
  void end_of_samples() const {}
  void whole(TraceStage, uint32_t, uint32_t, const void*, uint32_t) const {}
  void smoothed(uint32_t, const ModelConfig&) const {}
  void begin_model(uint32_t) const {}
  void begin_frame() const {}
  uint32_t runs(uint32_t) const { return 0; }
};

constexpr Tracer tracer = {};

#endif

}  // namespace kws
