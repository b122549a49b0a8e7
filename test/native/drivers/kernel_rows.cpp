#include "kernel_rows.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "counter.h"
#include "kernel_table.h"

namespace kws_test {

Row::Row(const Io& io, Plan& plan)
    : io_(io),
      plan_(plan),
      alias_(read_integer(io)),
      offset_(static_cast<size_t>(read_integer(io))) {}

Row::~Row() {
  for (int i = 0; i < count_; ++i) free_block(blocks_[i]);
}

void Row::read(float& value) {
  Token token = "";
  read_word(io_, token);
  const auto bits = static_cast<uint32_t>(std::strtoul(token + 1, nullptr, 16));
  std::memcpy(&value, &bits, sizeof value);
}

Block& Row::keep(const Block& block) {
  if (count_ == kMaxBlocks) std::abort();
  return blocks_[count_++] = block;
}

const void* Row::constant() {
  const int c = skip_spaces(io_);
  if (c == '-') return nullptr;
  if (c == 'c') return plan_.constant(read_integer(io_));
  return keep(read_constant(io_)).data;
}

void Row::operands() {
  const int32_t inputs = integer();
  if (inputs > kMaxOperands) std::abort();
  Block* over = nullptr;
  for (int32_t i = 0; i < inputs; ++i) {
    if (skip_spaces(io_) == '@') {
      Token reference = "";
      read_word(io_, reference);
      size_t bytes = 0;
      inputs_[i] = plan_.resolve(reference, bytes);
      continue;
    }
    Block& made = keep(read_block(io_, offset_));
    inputs_[i] = made.data;
    if (i == alias_) over = &made;
  }
  output_count_ = integer();
  if (output_count_ > kMaxOperands) std::abort();
  for (int i = 0; i < output_count_; ++i) read_output(i, i == 0 ? over : nullptr);
  Token token = "";
  read_word(io_, token);
  size_t bytes = 0;
  if (token[0] == '@') {
    scratch_ = planned(token + 1, bytes);
  } else {
    bytes = static_cast<size_t>(std::strtol(token, nullptr, 10));
    scratch_ = bytes == 0 ? nullptr : keep(make_block(bytes, 0)).data;
  }
}

// What the plan lets the kernel write.
uint8_t* Row::planned(const char* reference, size_t& bytes) {
  if (!planned_) plan_.before();
  planned_ = true;
  uint8_t* const memory = plan_.resolve(reference, bytes);
  plan_.writes(memory, bytes);
  return memory;
}

void Row::read_output(int i, Block* over) {
  Token token = "";
  read_word(io_, token);
  size_t& bytes = output_bytes_[i];
  if (token[0] == '@') {
    outputs_[i] = planned(token + 1, bytes);
    return;
  }
  bytes = static_cast<size_t>(std::strtol(token, nullptr, 10));
  if (over == nullptr) {
    // Elsewhere within a word than the inputs.
    outputs_[i] = keep(make_block(bytes, offset_ * 3 % 8)).data;
    return;
  }
  // Both begin at one address, in memory that holds either.
  over->is_constant = false;
  outputs_[i] = over->data;
  if (bytes > over->bytes) {
    Block& larger = keep(make_block(bytes, offset_));
    std::memcpy(larger.data, over->data, over->bytes);
    inputs_[alias_] = larger.data;
    outputs_[i] = larger.data;
  }
}

void Row::answer(const char* kernel) {
  if (planned_) {
    plan_.after(kernel);
    return;
  }
  for (int i = 0; i < output_count_; ++i) {
    write_hex(io_, outputs_[i], output_bytes_[i]);
    io_.put(' ');
  }
  for (int i = 0; i < count_; ++i) {
    if (!is_inside(blocks_[i])) write_text(io_, "!outside ");
    if (!is_unchanged(blocks_[i])) write_text(io_, "!constant ");
  }
  io_.put('\n');
}

void run_kernel_rows(const Io& io) {
  static Plan plan;
  Token name;
  while (read_word(io, name)) {
    if (plan.run(io, name)) continue;
    const Kernel* found = nullptr;
    for (const Kernel& kernel : kKernels) {
      if (std::strcmp(kernel.name, name) == 0) found = &kernel;
    }
    if (found == nullptr) {
      write_text(io, "?\n");
      return;
    }
    Row row(io, plan);
    found->run(row);
#if defined(KWS_TEST_COUNT)
    char ticks[16];
    std::snprintf(ticks, sizeof ticks, "%lu ", static_cast<unsigned long>(row.ticks));
    write_text(io, ticks);
#endif
    row.answer(name);
  }
}

}  // namespace kws_test
