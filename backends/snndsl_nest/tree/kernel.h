/* What a kernel (neurons.c, rules.c) and the runtime (runtime.cpp) agree on. */
#ifndef SNN_KERNEL_H
#define SNN_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One step of n neurons: p an array of each parameter (or one value, where all neurons have the same), s an array of each state
 * (changed in place), in an array of the sums at each port and behind them one value of each state of another neuron that is read,
 * index their places in the population, step the number of the step; fired is 1 where they spike, else 0, misread is set to the first that
 * read an array out of its range. Returns whether a state of any of them may be not finite or outside its range. */
typedef int (*snn_neuron_step)(long n, const double* index, const double* const* p, double* const* s, const double* const* in,
  double step, double trial, double* fired, long* misread);

/* 1 + the first state of neuron k that is not finite or outside its range; 0 if all are as they should be. */
typedef int (*snn_neuron_check)(const double* const* s, long k);

/* An event at a synapse: p its parameters, s its states (changed in place), tv its stamp there, row its row; sent takes what an
 * arrival transmits, for each port, and behind it stands what the rule reads of neurons. Returns 0; 1 + k if state k is not finite
 * or outside its range; -1 if an array was read out of its range; -2 - k if state k, the weight, is beyond its bound. */
typedef int (*snn_rule_event)(const double* p, double* s, double tv, double row, double trial, double* sent);

/* What a synapse that carries a value adds to its port in a step: p its parameters, in what it reads of neurons. */
typedef double (*snn_carried)(const double* p, const double* in);

/* Which array was read where, on this thread, when a kernel returned -1. */
typedef void (*snn_sample_place)(int* number, double* index);

#ifdef __cplusplus
}
#endif
#endif
