#include "kws_app/mlperf_tiny.h"

#include <cstring>

#include "kws_app/pipeline.h"
#include "kws_hal/kws_hal.h"

namespace kws {
namespace {

constexpr char kEnd = '%';
// What an old runner asks for by this name.
constexpr char kProfile[] = "ULPMark for tinyML Firmware V0.0.1";
// Of `infer`, each of its two numbers: a command must end.
constexpr uint32_t kMostInferences = 65535;
constexpr uint32_t kUsualWarmups = 10;
constexpr uint32_t kPrintedPerLine = 8;

bool is(const char* word, const char* wanted) { return std::strcmp(word, wanted) == 0; }

// Decimal; false where it is no number, or above `most`.
bool number(const char* word, uint32_t most, uint32_t* value) {
  uint64_t sum = 0;
  for (const char* at = word; *at != '\0'; ++at) {
    if (*at < '0' || *at > '9') return false;
    sum = 10 * sum + static_cast<uint64_t>(*at - '0');
    if (sum > most) return false;
  }
  *value = static_cast<uint32_t>(sum);
  return *word != '\0';
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

MlperfTiny::MlperfTiny(const char* benchmark, uint32_t model, uint8_t* input, uint32_t input_bytes)
    : benchmark_(benchmark),
      model_(model),
      input_(input),
      input_bytes_(input_bytes),
      text_(hal::serial_write) {}

void MlperfTiny::begin(const AppConfig& config) {
  config_ = &config;
  counted_ = hal::ticks();
  text_.put("m-timestamp-mode-performance").end_line();
  timestamp();
  text_.put("m-init-done").end_line().put("m-ready").end_line().flush();
}

// The counter wraps: nothing here takes longer than it does.
void MlperfTiny::poll() {
  const uint32_t now = hal::ticks();
  elapsed_ += now - counted_;
  counted_ = now;
}

bool MlperfTiny::feed(uint8_t byte) {
  if (byte == kEnd) return true;
  if (byte < 0x20 || byte > 0x7e) {  // a line of the protocol, or none of ours
    size_ = 0;
    overlong_ = false;
  } else if (size_ == kMaxCommand) {
    overlong_ = true;
  } else {
    command_[size_++] = static_cast<char>(byte);
  }
  return false;
}

void MlperfTiny::run(Pipeline& pipeline) {
  command_[size_] = '\0';
  at_ = 0;
  if (overlong_) {
    error("a command has at most 80 characters");
  } else {
    answer(pipeline);
  }
  size_ = 0;
  overlong_ = false;
  text_.put("m-ready").end_line().flush();
}

const char* MlperfTiny::next_word() {
  while (command_[at_] == ' ') ++at_;
  const char* const word = command_ + at_;
  while (command_[at_] != ' ' && command_[at_] != '\0') ++at_;
  if (command_[at_] == ' ') command_[at_++] = '\0';
  return word;
}

void MlperfTiny::answer(Pipeline& pipeline) {
  const char* const word = next_word();
  if (is(word, "name")) {
    text_.put("m-name-dut-[").put(config_->board).put(']').end_line();
  } else if (is(word, "profile")) {
    text_.put("m-profile-[").put(kProfile).put(']').end_line();
    text_.put("m-model-[").put(benchmark_).put(']').end_line();
  } else if (is(word, "timestamp")) {
    timestamp();
  } else if (is(word, "help")) {
    help();
  } else if (is(word, "db")) {
    buffer();
  } else if (is(word, "infer")) {
    infer(pipeline);
  } else if (is(word, "results")) {
    results();
  } else {
    text_.put("e-[Unknown command: ").put(word).put(']').end_line();
  }
}

void MlperfTiny::help() {
  text_.put(kProfile).end_line();
  text_.put("help, name, profile, timestamp, results").end_line();
  text_.put("db load N: expects the N bytes of the input").end_line();
  text_.put("db HH[HH]*: bytes of it").end_line();
  text_.put("db print [N] [OFFSET]: what was loaded").end_line();
  text_.put("infer [N=1] [W=10]: W inferences, then N that are timed").end_line();
}

void MlperfTiny::buffer() {
  const char* const word = next_word();
  if (is(word, "load")) {
    begin_load();
  } else if (is(word, "print")) {
    print();
  } else if (*word == '\0') {
    error("db: load, print, or bytes in hex");
  } else {
    load(word);
  }
}

void MlperfTiny::begin_load() {
  uint32_t bytes = 0;
  if (!number(next_word(), input_bytes_, &bytes) || bytes != input_bytes_) {
    text_.put("e-[db load: the input has ").number(input_bytes_).put(" bytes]").end_line();
    return;
  }
  loading_ = true;
  loaded_ = 0;
  text_.put("m-[Expecting ").number(bytes).put(" bytes]").end_line();
}

// All of a command's bytes or none; what comes after the last byte of the input is passed over.
void MlperfTiny::load(const char* digits) {
  if (!loading_) return error("db: load comes first");
  const size_t count = std::strlen(digits);
  if (count % 2 != 0) return error("db: an odd number of hex digits");
  for (size_t i = 0; i < count; ++i) {
    if (digit(digits[i]) < 0) return error("db: not a hex digit");
  }
  for (size_t i = 0; i < count && loaded_ < input_bytes_; i += 2) {
    input_[loaded_++] = static_cast<uint8_t>(digit(digits[i]) << 4 | digit(digits[i + 1]));
  }
  if (loaded_ < input_bytes_) return;
  loading_ = false;
  text_.put("m-load-done").end_line();
}

void MlperfTiny::print() {
  uint32_t count = loaded_;
  uint32_t offset = 0;
  const char* const first = next_word();
  const char* const second = next_word();
  if ((*first != '\0' && !number(first, UINT32_MAX, &count)) ||
      (*second != '\0' && !number(second, UINT32_MAX, &offset))) {
    return error("db print: the numbers of bytes and of the first one");
  }
  for (uint32_t i = 0; i < count && offset < loaded_ && i < loaded_ - offset; ++i) {
    const bool first_of_line = i % kPrintedPerLine == 0;
    if (first_of_line && i > 0) text_.end_line();
    text_.put(first_of_line ? "m-buffer-" : "-").hex(input_[offset + i]);
  }
  text_.end_line();
}

void MlperfTiny::infer(Pipeline& pipeline) {
  uint32_t times = 1;
  uint32_t warmups = kUsualWarmups;
  const char* const first = next_word();
  const char* const second = next_word();
  if (*first != '\0' && (!number(first, kMostInferences, &times) || times == 0)) {
    return error("infer: the number of inferences is 1 to 65535");
  }
  if (*second != '\0' && !number(second, kMostInferences, &warmups)) {
    return error("infer: the number of warm-ups is 0 to 65535");
  }
  if (loading_ || loaded_ != input_bytes_) return error("infer: no input was loaded");
  ran_ = false;
  pipeline.reset();
  text_.put("m-warmup-start-").number(warmups).end_line();
  if (!repeat(pipeline, warmups)) return error("the model failed");
  text_.put("m-warmup-done").end_line();
  text_.put("m-infer-start-").number(times).end_line().flush();
  // A model that streams starts anew: warming up leaves no trace in the results.
  pipeline.reset();
  timestamp();
  text_.flush();
  const bool ok = repeat(pipeline, times);
  timestamp();
  if (!ok) return error("the model failed");
  text_.put("m-infer-done").end_line();
  ran_ = true;
  results();
}

bool MlperfTiny::repeat(Pipeline& pipeline, uint32_t times) {
  void* const input = config_->models[model_].model->input().data;
  for (uint32_t i = 0; i < times; ++i) {
    std::memcpy(input, input_, input_bytes_);
    if (!pipeline.invoke(model_)) return false;
    poll();
  }
  return true;
}

// Three decimals, the rest cut off: as the benchmark's own firmware prints.
void MlperfTiny::results() {
  if (!ran_) return error("results: nothing was inferred");
  const TensorView output = config_->models[model_].model->output();
  text_.put("m-results-[");
  for (uint32_t i = 0; i < output.count; ++i) {
    if (i > 0) text_.put(',');
    text_.fixed(scaled_output(output, i, 1000.0f), 3);
  }
  text_.put(']').end_line();
}

void MlperfTiny::timestamp() {
  poll();
  const uint64_t rate = hal::ticks_per_second();
  const uint64_t us = elapsed_ / rate * 1000000u + elapsed_ % rate * 1000000u / rate;
  text_.put("m-lap-us-").number(us).end_line();
}

void MlperfTiny::error(const char* message) { text_.put("e-[").put(message).put(']').end_line(); }

}  // namespace kws
