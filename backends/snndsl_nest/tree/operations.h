/* What C cannot say by itself in the way the program means it. */
#ifndef SNN_OPERATIONS_H
#define SNN_OPERATIONS_H

#include "functions.h"
#include "kernel.h"

#define SNN_EXPORT __attribute__((visibility("default")))

/* Neurons are computed as many at a time as the processor can: same operations, same bits. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define SNN_WIDE __attribute__((target_clones("default", "arch=x86-64-v3")))
#else
#define SNN_WIDE
#endif

/* both values are computed, as everywhere */
static inline double snn_select(int condition, double x, double y) { return condition ? x : y; }

/* all bits are 0 if x is finite, or if a condition holds: wrong values of many neurons are found by one `or` */
static inline uint64_t snn_not_finite(double x) { return snn_bits(x - x); }
static inline uint64_t snn_not(int condition) { return snn_bits(condition ? 0.0 : 1.0); }

typedef struct {
  const double* values;
  int64_t size;
} SnnSample;

extern SnnSample snn_samples[];
extern _Thread_local int snn_bad_sample;
extern _Thread_local double snn_bad_index;

/* element floor(index) of an array of the program */
static inline double snn_sample(int number, double index)
{
  const double k = floor(index);
  if (k >= 0.0 && k < (double)snn_samples[number].size) return snn_samples[number].values[(int64_t)k];
  if (snn_bad_sample < 0) {
    snn_bad_sample = number;
    snn_bad_index = k;
  }
  return 0.0;
}

#endif
