// The smallest test driver: one case per run, named on the command line; a failed check prints
// itself and ends the program with 1.
#pragma once

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

template <size_t n>
int run_case(const Case (&cases)[n], int argc, char** argv) {
  for (const Case& one : cases)
    if (argc == 2 && std::strcmp(argv[1], one.name) == 0) {
      one.run();
      std::printf("ok");
      return 0;
    }
  std::printf("no such case");
  return 1;
}
