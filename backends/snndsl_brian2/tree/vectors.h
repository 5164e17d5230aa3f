/* Loops over all neurons of a population: compiled also for processors with vectors of four and eight doubles. */
#ifndef SNN_VECTORS_H
#define SNN_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before a function: the program picks the version that its processor has when it starts. All have the same bits, since
 * contraction is off and no sum is reordered. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define SNN_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SNN_CLONES
#endif

namespace snn
{

/* whether one of the values is outside of its limits, or no number */
SNN_CLONES static bool any_outside(const double* values, int size, double low, double high)
{
  int64_t outside = 0;
  for (int i = 0; i < size; ++i) outside |= !((values[i] >= low) & (values[i] <= high));
  return outside != 0;
}

/* the first neuron from `i` on that fires, or `size` */
static inline size_t next_that_fires(const char* fires, size_t i, size_t size)
{
  const void* found = memchr(fires + i, 1, size - i);
  return found ? size_t((const char*)found - fires) : size;
}

}  // namespace snn

#endif
