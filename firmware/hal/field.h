// Fields of registers, by the names of the generated headers.
#ifndef HAL_FIELD_H
#define HAL_FIELD_H

#include <stdint.h>

// The field of a register's value: FIELD_GET(GPU__HEALTH__FAULT, value).
#define FIELD_GET(field, value) (((uint32_t)(value)&field##_bm) >> field##_bp)

// A register's value with only this field set: FIELD_SET(GPU__CONTROL__ENABLE, 1).
#define FIELD_SET(field, value) (((uint32_t)(value) << field##_bp) & field##_bm)

#endif  // HAL_FIELD_H
