// Lines and branches that are known: classify() five times, greater than two for two of them.
volatile int results[5];

int classify(int value) {
  if (value > 2) {
    return 1;
  }
  return 0;
}

int never(void) {
  return 7;
}

int main(void) {
  for (int i = 0; i < 5; ++i) {
    results[i] = classify(i);
  }
  return 0;
}

void start(void) {
  main();
  *(volatile unsigned*)0x100000 = 0x5555;
  for (;;) {
  }
}

__attribute__((naked, section(".text.first"))) void _start(void) {
  __asm__("lla sp, stack_top\n j start");
}

__attribute__((aligned(16))) char stack[1024];
__asm__(".globl stack_top\n .set stack_top, stack + 1024");
