#include "board.h"

uintptr_t trap(uintptr_t cause, uintptr_t pc, uintptr_t value) {
  put_line("cause", cause);
  put_line("value", value);
  return pc + 4;
}

int main(uintptr_t hart, uintptr_t argument) {
  put("hello\r\n");
  put_line("hart", hart);
  put_line("argument", argument);
  return 0;
}
