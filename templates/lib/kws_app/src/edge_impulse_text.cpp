#include "kws_app/edge_impulse_text.h"

#include "kws_app/config.h"
#include "kws_app/pipeline.h"
#include "kws_hal/kws_hal.h"
#include "kws_protocol/text_writer.h"

namespace kws {
namespace {

// What was counted since it was told; the count may have begun anew.
uint32_t since(uint64_t sum, uint64_t* told) {
  const uint64_t ticks = sum < *told ? sum : sum - *told;
  *told = sum;
  return static_cast<uint32_t>(ticks);
}

// Rounded half up.
int32_t hundred_thousandths(const TensorView& output, uint32_t index) {
  const int32_t twice = scaled_output(output, index, 200000.0f);
  return twice < 0 ? (twice - 1) / 2 : (twice + 1) / 2;
}

uint32_t milliseconds(uint32_t ticks) { return ticks / (hal::ticks_per_second() / 1000); }

}  // namespace

void EdgeImpulseText::on_score(const AppConfig& config, const Pipeline& pipeline, uint32_t model,
                               const TensorView& output) {
  const ModelConfig& heard = config.models[model];
  const uint32_t dsp = since(pipeline.hop_ticks().sum, &frontend_told_);
  const uint32_t inference = since(pipeline.model_ticks(model).sum, &model_told_[model]);
  TextWriter text(hal::serial_write);
  text.put("Predictions (DSP: ").number(milliseconds(dsp));
  text.put(" ms., Classification: ").number(milliseconds(inference));
  text.put(" ms., Anomaly: 0 ms.): ").end_line();
  for (uint32_t i = 0; i < heard.label_count; ++i) {
    text.put("    ").printable(heard.labels[i]).put(": ");
    text.fixed(hundred_thousandths(output, i), 5).end_line();
  }
  text.flush();
}

}  // namespace kws
