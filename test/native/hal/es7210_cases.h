// Cases of a capture whose microphones hang on an ES7210.
#pragma once

// The last value of a register; -1: it was never written.
static int value_of(int reg) {
  int value = -1;
  for (const std::vector<uint8_t>& message : fake::bus.heard) {
    if (message.size() == 2 && message[0] == reg) value = message[1];
  }
  return value;
}

// 256 master clocks a sample, 24 bits in slots of 32, and its own gain.
static void the_codec_is_set_up_with_its_clock() {
  start();
  CHECK(config.mclk_multiple == I2S_MCLK_MULTIPLE_256 && pins.mck_io_num == 2);
  CHECK(fake::bus.sda == 8 && fake::bus.scl == 18);
  CHECK(value_of(0x02) == 0xc1 && value_of(0x04) == 1 && value_of(0x05) == 0);
  CHECK(value_of(0x11) == 0 && value_of(0x12) == 0);
  for (int microphone = 0; microphone < 4; ++microphone)
    CHECK(value_of(0x43 + microphone) == (0x10 | KWS_MIC_GAIN));
  CHECK(value_of(0x00) == 0x41);
}

static void the_codecs_gain_is_the_gain() {
  start();
  CHECK(kws::hal::microphone_gain(14) && value_of(0x43) == 0x1e && value_of(0x46) == 0x1e);
  CHECK(!kws::hal::microphone_gain(15));
  fake::bus.answers_left = 0;
  CHECK(!kws::hal::microphone_gain(3));
}

static void a_codec_that_does_not_answer_is_reported() {
  for (int messages : {0, 5, 15, 20}) {
    fake::bus.answers_left = messages;
    CHECK(!kws::hal::microphone_begin(listener.ring, 16000, &reason));
    CHECK(std::strcmp(reason, "The codec ES7210 does not answer on I2C") == 0);
    CHECK(installed == 0);
  }
}

static void other_rates_are_refused() {
  CHECK(!kws::hal::microphone_begin(listener.ring, 48000, &reason));
  CHECK(std::strstr(reason, "16000 samples per second") != nullptr && installed == 0);
}

#define CODEC_CASES                                                                           \
  {"the-codec-is-set-up-with-its-clock", the_codec_is_set_up_with_its_clock},                 \
      {"the-codecs-gain-is-the-gain", the_codecs_gain_is_the_gain},                           \
      {"a-codec-that-does-not-answer-is-reported", a_codec_that_does_not_answer_is_reported}, \
      {"other-rates-are-refused", other_rates_are_refused},
