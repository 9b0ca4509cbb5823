/* One round of work, on any machine with the same result. */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The CRC `crc` continued over the results of round number `round`. */
uint16_t kernels_round(uint32_t round, uint16_t crc);

#ifdef __cplusplus
}
#endif

#endif
