/* What a kernel (neurons.c, rules.c) and the runtime (runtime.cpp) agree on. */
#ifndef SNN_KERNEL_H
#define SNN_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One step of a neuron: p parameters, s states (changed in place), in the sums at its ports and behind them what it reads of other
 * neurons, i its index, step the number of the step; fired is set to 1 where it spikes. Returns 0; 1 + k if state k is not finite
 * or outside its range; -1 if an array was read out of its range. */
typedef int (*snn_neuron_step)(const double* p, double* s, const double* in, double i, double step, double trial, int* fired);

/* An event at a synapse: tv its stamp there, row its row; sent takes what an arrival transmits, for each port, and behind it stands
 * what the rule reads of neurons. Returns as above, or -2 - k if state k, the weight, is beyond its bound. */
typedef int (*snn_rule_event)(const double* p, double* s, double tv, double row, double trial, double* sent);

/* What a synapse that carries a value adds to its port in a step: p its parameters, in what it reads of neurons. */
typedef double (*snn_carried)(const double* p, const double* in);

/* Which array was read where, on this thread, when a kernel returned -1. */
typedef void (*snn_sample_place)(int* number, double* index);

#ifdef __cplusplus
}
#endif
#endif
