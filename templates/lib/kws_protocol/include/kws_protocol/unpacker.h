// Packed samples (docs/protocol.md, "Packed audio"): a frame's payload, byte by byte, to the
// samples that the host had, none of them changed.
//
// Owns: the code of one payload; the next one starts anew. Leaves to others: whether the frame is
// whole (CRC), how many samples there is room for. Whatever comes in, a bit gives one sample at
// most, and sums wrap.
#pragma once

#include <cstdint>

namespace kws {

class Unpacker {
 public:
  // Samples since the payload's first byte.
  uint32_t samples() const { return samples_; }

  // The payload's byte number `index`; calls put(number, sample) for each sample it completes, the
  // sample as the low 16 bits.
  template <class Put>
  void feed(uint32_t index, uint8_t byte, Put&& put) {
    if (index == 0) {
      *this = Unpacker();
      order_ = byte >> 4;
      low_bits_ = byte & 15u;
    } else if (order_ == 0 || index < 3) {
      // Samples as they are, or the first one.
      if (index % 2 != 0) {
        sums_[0] = byte;
      } else {
        sums_[0] |= static_cast<uint32_t>(byte) << 8;
        put(samples_++, sums_[0]);
      }
    } else {
      for (uint32_t bit = 8; bit-- > 0;) {
        if (feed_bit((byte >> bit) & 1u)) put(samples_++, sums_[0]);
      }
    }
  }

 private:
  // A code is a number of ones, a zero, and low_bits_ bits. True when it is complete.
  bool feed_bit(uint32_t bit) {
    if (left_ == 0) {
      if (bit != 0) {
        ++code_;
        return false;
      }
      left_ = low_bits_;
    } else {
      code_ = code_ << 1 | bit;
      --left_;
    }
    if (left_ != 0) return false;
    // Even numbers are differences from 0 up, odd ones from -1 down.
    uint32_t value = code_ >> 1 ^ (0u - (code_ & 1u));
    code_ = 0;
    for (uint32_t i = order_ < kMaxOrder ? order_ : kMaxOrder; i-- > 0;) {
      value = sums_[i] += value;
    }
    return true;
  }

  static constexpr uint32_t kMaxOrder = 3;

  uint8_t order_ = 0;  // 0: samples as they are
  uint8_t low_bits_ = 0;
  uint8_t left_ = 0;   // bits that the code still needs, after its zero
  uint32_t code_ = 0;  // of it so far
  uint32_t samples_ = 0;
  uint32_t sums_[kMaxOrder] = {};  // the sample, and its differences
};

}  // namespace kws
