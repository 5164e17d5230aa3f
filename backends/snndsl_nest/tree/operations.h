/* What C cannot say by itself in the way the program means it. */
#ifndef SNN_OPERATIONS_H
#define SNN_OPERATIONS_H

#include "functions.h"
#include "kernel.h"

#define SNN_EXPORT __attribute__((visibility("default")))

/* both values are computed, as everywhere */
static inline double snn_select(int condition, double x, double y) { return condition ? x : y; }

static inline int snn_finite(double x) { return x - x == 0.0; }

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
