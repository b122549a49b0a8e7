// What newlib asks of a system: output goes to the serial line, the heap lies between .bss and the
// end of the RAM, files do not exist.
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "report.h"

#undef errno
extern int errno;

extern "C" {
extern char end[];
extern char __kws_heap_end[];

void* _sbrk(ptrdiff_t increment) {
  static char* top = end;
  if (increment > __kws_heap_end - top || increment < end - top) {
    errno = ENOMEM;
    return reinterpret_cast<void*>(-1);
  }
  char* const block = top;
  top += increment;
  return block;
}

int _write(int, const char* data, int size) {
  kws_startup::serial_print(data, static_cast<size_t>(size));
  return size;
}

[[noreturn]] void _exit(int) {
  kws_startup::report_crash("The program called exit() or abort()",
                            reinterpret_cast<uint32_t>(__builtin_return_address(0)), 0, 0);
}

int _kill(int, int signal) { _exit(signal); }
int _getpid() { return 1; }
int _read(int, char*, int) { return 0; }
int _close(int) { return -1; }
int _lseek(int, int, int) { return 0; }
int _isatty(int) { return 1; }
int _fstat(int, struct stat* status) {
  status->st_mode = S_IFCHR;
  return 0;
}
}
