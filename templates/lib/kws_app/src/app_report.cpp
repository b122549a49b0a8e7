// The lines the application sends; see docs/protocol.md.
#include "kws_app/app.h"
#include "kws_device.h"
#include "kws_hal/kws_hal.h"

namespace kws {

namespace {

void add_ticks(LineWriter& line, const TickStats& ticks) {
  line.add("n", ticks.count).add("min", ticks.count == 0 ? 0u : ticks.min);
  line.add("max", ticks.max).add("sum", ticks.sum);
}

}  // namespace

void App::send_hello() {
  const ModelConfig& first = config_.models[0];
  line_.begin("hello")
      .add("protocol", 1u)
      .add("tool", config_.tool_version)
      .add("build", config_.build_id)
      .add("board", config_.board)
      .add("runtime", config_.runtime)
      .add("model", first.sha256)
      .add_array("labels", first.labels, first.label_count)
      .add("frontend", config_.frontend_hash)
      .add("rate", config_.capture_rate)
      .add("step", config_.step_ms)
      .add("mic", hal::has_microphone())
#ifdef KWS_PACKED
      .add("packed", true)
#endif
      .begin_array("models");
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    const ModelConfig& model = config_.models[i];
    line_.begin_object()
        .add("m", model.model->name)
        .add("model", model.sha256)
        .add_array("labels", model.labels, model.label_count)
        .add("hop", model.hop)
        .add("gate", static_cast<int32_t>(i) == config_.gate)
        .add("arena", model.model->arena_size)
        .add("used", ready_ ? model.model->arena_used() : 0u)
        .end_object();
  }
  line_.end_array().end();
}

LineWriter& App::begin_ok(const char* command) { return line_.begin("ok").add("cmd", command); }

void App::send_ok(const char* command) { begin_ok(command).end(); }

void App::send_credit(bool resend) {
  line_.begin("credit").add("seq", host_.next_seq()).add("bytes", host_.tell_room());
  if (resend) line_.add("resend", true);
  line_.end();
}

void App::send_stats() {
  line_.begin("stats")
      .add("samples", pipeline_.samples())
      .add("hops", pipeline_.steps())
      .add("overruns", ring_.overruns())
      .add("late", pipeline_.pace().late)
      .add("behind", pipeline_.pace().behind)
      .add("tps", hal::ticks_per_second())
      .add("up", up_)
      .add("asleep", asleep_)
      .begin_object("hop");
  add_ticks(line_, pipeline_.hop_ticks());
  line_.end_object().begin_object("input");
  add_ticks(line_, pipeline_.input_ticks());
  line_.end_object().begin_array("models");
  for (uint32_t i = 0; i < config_.model_count; ++i) {
    line_.begin_object().add("m", config_.models[i].model->name);
    add_ticks(line_, pipeline_.model_ticks(i));
    line_.end_object();
  }
  line_.end_array().end();
}

void App::fault(const char* code, const char* message) { write_fault(line_, code, message); }

void App::on_score(uint32_t index, const TensorView& output, uint32_t ms) {
  if (!kHasFrontend) return;
  const ModelConfig& model = config_.models[index];
  ++scores_;
  line_.begin("score")
      .add("m", model.model->name)
      .add("n", pipeline_.inferences(index))
      .add("ms", ms)
      .begin_array("q");
  for (uint32_t i = 0; i < model.label_count; ++i) line_.item(raw_output(output, model.output, i));
  line_.end_array().begin_array("p");
  for (uint32_t i = 0; i < model.label_count; ++i) line_.item_fixed4(model.detector->p(i), 10000u);
  line_.end_array().end();
  if (config_.score_text != nullptr) {
    config_.score_text->on_score(config_, pipeline_, index, output);
  }
}

void App::on_detection(uint32_t index, uint32_t label, uint16_t p, uint32_t ms) {
  if (!kHasFrontend) return;
  const ModelConfig& model = config_.models[index];
  ++detections_;
  if (config_.actions != nullptr) config_.actions->on_detection(index, label);
  kws_on_detection(model.model->name, model.labels[label], static_cast<float>(p) / 10000.0f, ms);
  line_.begin("detect")
      .add("m", model.model->name)
      .add("label", model.labels[label])
      .add("ms", ms)
      .add_fixed4("p", p, 10000u)
      .end();
}

}  // namespace kws
