/* The work of mixed.c, and its result on every machine (kernels_test.cpp computes it on the host).
 */
#ifndef MIXED_H
#define MIXED_H

#define MIXED_ROUNDS 30000u
#define MIXED_CHECKSUM 0x01bfu

#endif
