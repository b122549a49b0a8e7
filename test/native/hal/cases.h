// The smallest test driver: a failed check prints itself and ends its case.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) {                                           \
      std::printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                               \
    }                                                             \
  } while (false)

struct Case {
  const char* name;
  void (*run)();
};

// The cases share globals: each runs in a process of its own, and says `NAME ok` or why it failed.
template <size_t n>
int run_case(const Case (&cases)[n], int, char**) {
  for (const Case& one : cases) {
    std::printf("\n%s ", one.name);
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      one.run();
      std::printf("ok");
      std::exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
  }
  return 0;
}
