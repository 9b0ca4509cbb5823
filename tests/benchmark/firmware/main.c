#include "kernels.h"

/* Seen from outside: rounds that are complete, and the CRC over all of them. */
volatile uint32_t rounds;
volatile uint32_t checksum;

int main(void) {
  uint16_t crc = 0xffff;
  for (uint32_t round = 0;; ++round) {
    crc = kernels_round(round, crc);
    checksum = crc;
    rounds = round + 1;
  }
}
