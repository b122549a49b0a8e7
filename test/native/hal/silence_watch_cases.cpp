// SilenceWatch and Settling, which need no board.
#include "audio.h"
#include "cases.h"
#include "kws_hal/settling.h"

static bool observe(kws::SilenceWatch& watch, const std::vector<int16_t>& samples) {
  return watch.observe(samples.data(), samples.size());
}

static void dead_after_more_than_the_patience() {
  kws::SilenceWatch watch(1000);
  CHECK(!observe(watch, std::vector<int16_t>(1000, 5)));
  CHECK(observe(watch, {5}));
  CHECK(watch.dead());
  CHECK(observe(watch, std::vector<int16_t>(100000, 5)));
}

static void any_change_is_life() {
  kws::SilenceWatch watch(10);
  for (int i = 0; i < 100; ++i)
    CHECK(!observe(watch, std::vector<int16_t>(10, static_cast<int16_t>(i % 2))));
  CHECK(observe(watch, std::vector<int16_t>(10, 1)));
  CHECK(!observe(watch, {2}));
}

static void zero_from_the_start_counts_too() {
  kws::SilenceWatch watch(4);
  CHECK(!observe(watch, {0, 0, 0, 0}));
  CHECK(observe(watch, {0}));
}

static void a_restart_begins_anew() {
  kws::SilenceWatch watch(4);
  CHECK(observe(watch, {7, 7, 7, 7, 7}));
  watch.reset();
  CHECK(!watch.dead());
  CHECK(!observe(watch, {7, 7, 7, 7}));
  CHECK(observe(watch, {7}));
}

static void settling_drops_exactly_its_time() {
  kws::Settling settling;
  CHECK(settling.skip(100) == 0);
  settling.start(16000, 10);
  CHECK(settling.skip(100) == 100);
  CHECK(settling.skip(0) == 0);
  CHECK(settling.skip(100) == 60);
  CHECK(settling.skip(100) == 0);
  settling.start(16000, 10000);
  CHECK(settling.skip(1000000) == 160000);
}

static const Case cases[] = {
    {"dead-after-more-than-the-patience", dead_after_more_than_the_patience},
    {"any-change-is-life", any_change_is_life},
    {"zero-from-the-start-counts-too", zero_from_the_start_counts_too},
    {"a-restart-begins-anew", a_restart_begins_anew},
    {"settling-drops-exactly-its-time", settling_drops_exactly_its_time},
};

int main(int argc, char** argv) { return run_case(cases, argc, argv); }
