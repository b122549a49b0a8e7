// The commands of the MLPerf Tiny benchmark (EEMBC's runner and mlcommons/tiny's), which load a
// model's input, run it, and ask for its outputs: docs/mlperf-tiny.md.
//
// Owns: the syntax, the answers, the loaded input. Leaves to others: computing (Pipeline), when the
// microphone is off (App).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kws_app/config.h"
#include "kws_app/other_commands.h"
#include "kws_protocol/text_writer.h"

namespace kws {

class MlperfTiny final : public OtherCommands {
 public:
  // `benchmark`: what it calls the model, as kws01. `model`: its number in AppConfig::models.
  // `input` holds `input_bytes`, the model's input: an inference may overwrite the tensor.
  MlperfTiny(const char* benchmark, uint32_t model, uint8_t* input, uint32_t input_bytes);

  void begin(const AppConfig& config) override;
  bool feed(uint8_t byte) override;
  void run(Pipeline& pipeline) override;
  void poll() override;

  static constexpr size_t kMaxCommand = 80;

 private:
  // The next word of the command; empty where there is none.
  const char* next_word();
  void answer(Pipeline& pipeline);
  void help();
  void buffer();
  void begin_load();
  void load(const char* digits);
  void print();
  void infer(Pipeline& pipeline);
  bool repeat(Pipeline& pipeline, uint32_t times);
  void results();
  void timestamp();
  void error(const char* message);

  const char* benchmark_;
  uint32_t model_;
  uint8_t* input_;
  uint32_t input_bytes_;
  const AppConfig* config_ = nullptr;
  TextWriter text_;

  char command_[kMaxCommand + 1] = {};
  size_t size_ = 0;
  size_t at_ = 0;  // of the next word
  bool overlong_ = false;

  bool loading_ = false;  // between `db load` and its last byte
  uint32_t loaded_ = 0;   // bytes
  bool ran_ = false;      // there are results

  uint64_t elapsed_ = 0;  // ticks since begin()
  uint32_t counted_ = 0;  // the counter, up to which they were counted
};

}  // namespace kws
