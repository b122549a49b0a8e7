// Cases of a capture whose microphones hang on a WM8994.
#pragma once

// Its identity, then registers; the last word of a register counts.
static void the_codec_is_set_up_before_samples_are_taken() {
  const auto value_of = [](int reg) {
    int value = -1;
    for (const std::vector<uint8_t>& message : fake::bus.heard) {
      if (message.size() == 4 && message[0] * 256 + message[1] == reg)
        value = message[2] * 256 + message[3];
    }
    return value;
  };
  fake::bus.answers_at = 0x1a;
  fake::bus.says = {0x89, 0x94};
  CHECK(kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(fake::bus.sda == PH8 && fake::bus.scl == PH7);
  CHECK((fake::bus.heard[0] == std::vector<uint8_t>{0, 0}));
  CHECK(value_of(0x210) == 0x33 && value_of(0x4) == 0xc30 && value_of(0x1) == 0x13);
  CHECK(value_of(0x450) == -1);  // no gain control of its own
  CHECK(fake::waited_us >= 50000);
}

static void a_codec_that_does_not_answer_is_reported() {
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "The codec WM8994 does not answer on I2C") == 0);
  fake::bus.answers_at = 0x1a;
  fake::bus.says = {0x12, 0x34};  // somebody else
  CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
  CHECK(std::strcmp(reason, "The codec WM8994 does not answer on I2C") == 0);
  for (int messages : {3, 9}) {
    fake::bus.answers_left = messages;
    fake::bus.says = {0x89, 0x94};
    CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
    CHECK(std::strstr(reason, "stopped answering") != nullptr);
  }
}

#define CODEC_CASES                                                                               \
  {"the-codec-is-set-up-before-samples-are-taken", the_codec_is_set_up_before_samples_are_taken}, \
      {"a-codec-that-does-not-answer-is-reported", a_codec_that_does_not_answer_is_reported},
