// The host itself as a board: a pty is its serial line, a mapped file the memory it shares with the
// host.
//
// KWS_NATIVE_PTY=1: opens a pty and prints `pty PATH` on standard output once; otherwise standard
// input and output are the serial line. KWS_NATIVE_MEMORY=FILE: the shared memory; without it
// audio_link() is nullptr.
#if defined(KWS_HAL_NATIVE)

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "kws_hal/audio_link.h"
#include "kws_hal/kws_hal.h"

namespace kws {
namespace hal {
namespace {

constexpr uint32_t kTicksPerSecond = 25000000u;  // as on the virtual boards
constexpr uint32_t kAudioCapacity = 1u << 18;    // 16 s at 16 kHz
constexpr int kWritePatienceMs = 2000;

int input = STDIN_FILENO;
int output = STDOUT_FILENO;
bool reader_gone = false;
bool input_ended = false;
AudioLink* shared = nullptr;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

void open_pty() {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) fail("pty");
  const char* const path = ptsname(master);
  const int slave = path == nullptr ? -1 : open(path, O_RDWR | O_NOCTTY);
  if (slave < 0) fail("pty");
  termios settings;
  if (tcgetattr(slave, &settings) == 0) {
    cfmakeraw(&settings);
    tcsetattr(slave, TCSANOW, &settings);
  }
  // Opened and closed once, the pty reports POLLHUP until somebody opens it: how we know that
  // nobody reads.
  close(slave);
  std::printf("pty %s\n", path);
  std::fflush(stdout);
  input = output = master;
}

void map_memory(const char* path) {
  const size_t audio_end = offsetof(AudioLink, samples) + kAudioCapacity * sizeof(int16_t);
#ifdef KWS_TRACE
  const size_t size = audio_end + kTraceCapacity;
#else
  const size_t size = audio_end;
#endif
  const int file = open(path, O_RDWR | O_CREAT, 0600);
  if (file < 0) fail(path);
  const off_t length = lseek(file, 0, SEEK_END);
  if (length < static_cast<off_t>(size) && ftruncate(file, static_cast<off_t>(size)) != 0)
    fail(path);
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) fail(path);
  close(file);
  shared = static_cast<AudioLink*>(memory);
  shared->version = kAudioLinkVersion;
  shared->capacity = kAudioCapacity;
  shared->host_written = 0;
  shared->device_read = 0;
  shared->end = kOpenEnd;
#ifdef KWS_TRACE
  shared->trace_at = static_cast<uint32_t>(audio_end);
  shared->trace_capacity = kTraceCapacity;
#endif
  std::atomic_thread_fence(std::memory_order_release);
  shared->magic = kAudioLinkMagic;
}

short poll_events(int file, short events, int milliseconds) {
  pollfd entry{file, events, 0};
  return poll(&entry, 1, milliseconds) > 0 ? entry.revents : static_cast<short>(0);
}

void sleep_1ms() {
  const timespec pause{0, 1000000};
  nanosleep(&pause, nullptr);
}

}  // namespace

void begin() {
  signal(SIGPIPE, SIG_IGN);
  const char* const memory = std::getenv("KWS_NATIVE_MEMORY");
  if (memory != nullptr && memory[0] != '\0') map_memory(memory);
  const char* const pty = std::getenv("KWS_NATIVE_PTY");
  if (pty != nullptr && pty[0] == '1') open_pty();
}

size_t serial_read(uint8_t* to, size_t capacity) {
  if (input_ended || (poll_events(input, POLLIN, 0) & POLLIN) == 0) return 0;
  const ssize_t count = read(input, to, capacity);
  // A pty that nobody has open fails with EIO and may be opened again; standard input ends for
  // good.
  if (count == 0) input_ended = true;
  return count > 0 ? static_cast<size_t>(count) : 0;
}

void serial_write(const char* data, size_t size) {
  while (size > 0) {
    const short events = poll_events(output, POLLOUT, reader_gone ? 0 : kWritePatienceMs);
    if ((events & POLLOUT) == 0 || (events & (POLLHUP | POLLERR)) != 0) {
      reader_gone = true;
      return;
    }
    reader_gone = false;
    const ssize_t count = write(output, data, size);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return;
    if (count > 0) {
      data += count;
      size -= static_cast<size_t>(count);
    }
  }
}

uint32_t ticks() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint32_t>(static_cast<uint64_t>(now.tv_sec) * kTicksPerSecond +
                               static_cast<uint64_t>(now.tv_nsec) /
                                   (1000000000u / kTicksPerSecond));
}
uint32_t ticks_per_second() { return kTicksPerSecond; }

void idle(bool deep) {
  // A pty that nobody has open would end poll() at once, again and again.
  if (input_ended ||
      (poll_events(input, POLLIN, deep ? static_cast<int>(kDeepMs) : 1) & POLLHUP) != 0)
    sleep_1ms();
}

bool has_microphone() { return false; }
#ifdef KWS_LIVE
bool microphone_gain(uint32_t) { return false; }
#endif

bool microphone_begin(AudioRing&, uint32_t, const char** reason) {
  *reason = "The host as a board has no microphone: play a clip to it";
  return false;
}

AudioLink* audio_link() { return shared; }

}  // namespace hal
}  // namespace kws

#endif  // KWS_HAL_NATIVE
