// The rows of kernel_rows.h on standard input and output.
#include <cstdio>

#include "kernel_rows.h"

int main() {
  kws_test::run_kernel_rows({[] { return std::getchar(); }, [](char c) { std::putchar(c); }});
  return 0;
}
