#include "plan_rows.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace kws_test {

bool Plan::run(const Io& io, const char* command) {
  if (std::strcmp(command, ".plan") == 0) {
    begin(io);
  } else if (std::strcmp(command, ".fill") == 0) {
    uint8_t* const to = state_.data + read_integer(io);
    const auto bytes = static_cast<size_t>(read_integer(io));
    std::memset(to, read_integer(io), bytes);
  } else if (std::strcmp(command, ".load") == 0) {
    uint8_t* const to = state_.data + read_integer(io);
    const auto bytes = static_cast<size_t>(read_integer(io));
    std::memcpy(to, constants_[read_integer(io)].data, bytes);
  } else if (std::strcmp(command, ".input") == 0) {
    input(io);
  } else if (std::strcmp(command, ".output") == 0) {
    output(io);
  } else {
    return false;
  }
  return true;
}

void Plan::begin(const Io& io) {
  for (Block* block : {&arena_, &state_, &arena_before_, &state_before_}) free_block(*block);
  for (int i = 0; i < count_; ++i) free_block(constants_[i]);
  complaint_[0] = '\0';
  const auto arena = static_cast<size_t>(read_integer(io));
  const auto state = static_cast<size_t>(read_integer(io));
  arena_ = make_block(arena, 0);
  arena_before_ = make_block(arena, 0);
  state_ = make_block(state, 0);
  state_before_ = make_block(state, 0);
  count_ = read_integer(io);
  if (count_ > kMaxConstants) std::abort();
  for (int i = 0; i < count_; ++i) {
    skip_spaces(io);
    constants_[i] = read_constant(io);
  }
}

void Plan::input(const Io& io) {
  Token reference = "";
  read_word(io, reference);
  std::memset(arena_.data, kGuardByte, arena_.bytes);
  size_t bytes = 0;
  uint8_t* const to = resolve(reference + 1, bytes);
  skip_spaces(io);
  Block values = read_block(io, 0);
  std::memcpy(to, values.data, values.bytes);
  free_block(values);
}

void Plan::output(const Io& io) {
  Token reference = "";
  read_word(io, reference);
  size_t bytes = 0;
  const uint8_t* const from = resolve(reference + 1, bytes);
  write_hex(io, from, bytes);
  for (int i = 0; i < count_; ++i) {
    if (!is_inside(constants_[i]) || !is_unchanged(constants_[i])) complain("constants");
  }
  if (complaint_[0] != '\0') {
    write_text(io, " !");
    write_text(io, complaint_);
  }
  io.put('\n');
}

uint8_t* Plan::resolve(const char* reference, size_t& bytes) const {
  char* end = nullptr;
  const char region = reference[0];
  long at = std::strtol(reference + 1, &end, 10);
  const Block& block = region == 'a' ? arena_ : region == 's' ? state_ : constants_[at];
  if (region == 'c') at = std::strtol(end + 1, &end, 10);
  if (*end == ':') bytes = static_cast<size_t>(std::strtol(end + 1, nullptr, 10));
  return block.data + at;
}

void Plan::before() {
  std::memcpy(arena_before_.data, arena_.data, arena_.bytes);
  std::memcpy(state_before_.data, state_.data, state_.bytes);
  output_count_ = 0;
}

void Plan::writes(const uint8_t* output, size_t bytes) {
  if (output_count_ == kMaxOutputs) std::abort();
  outputs_[output_count_++] = {output, bytes};
}

void Plan::after(const char* kernel) {
  // What may be written is made equal, the rest must be.
  for (int i = 0; i < output_count_; ++i) {
    const auto [data, bytes] = outputs_[i];
    const bool in_arena = data >= arena_.data && data < arena_.data + arena_.bytes;
    const Block& now = in_arena ? arena_ : state_;
    const Block& was = in_arena ? arena_before_ : state_before_;
    std::memcpy(was.data + (data - now.data), data, bytes);
  }
  if (std::memcmp(arena_.data, arena_before_.data, arena_.bytes) != 0 ||
      std::memcmp(state_.data, state_before_.data, state_.bytes) != 0 || !is_inside(arena_) ||
      !is_inside(state_)) {
    complain(kernel);
  }
}

void Plan::complain(const char* kernel) {
  if (complaint_[0] == '\0') std::strncpy(complaint_, kernel, sizeof complaint_ - 1);
}

}  // namespace kws_test
