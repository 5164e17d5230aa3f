/* What abstract code cannot say by itself: choices, arrays, keys of draws, states of others and of earlier steps, events that
 * are due, bounds. */
#ifndef SNN_OPERATIONS_H
#define SNN_OPERATIONS_H

#include "functions.h"
#include "recorder.h"

inline double snn_select(int condition, double x, double y) { return condition ? x : y; }

inline double snn_trial(double) { return snn::recorder().model.trial; }

inline double snn_key(int k) { return snn::recorder().model.keys[k]; }

/* a state that others read, as it was before the step */
inline double snn_read(int k) { return snn::recorder().model.before[k]; }

/* a state of neuron i at the stamp that reaches a soma in this step after `lag` steps */
inline double snn_past(int k, int i, int lag) { return snn::recorder().model.pasts[k].at(i, lag); }

/* element floor(index) of an array of the program; outside of it the run stops */
inline double snn_sample(int number, double index, double stamp)
{
  const std::vector<double>& values = snn::recorder().model.samples[number];
  const double k = floor(index);
  if (k >= 0.0 && k < double(values.size())) return values[size_t(k)];
  snn::recorder().out_of_range(number, k, stamp);
  return 0.0;
}

/* 1 where the stamp is a multiple of the period, and not 0 */
inline int snn_due(double stamp, double period) { return stamp > 0.0 && floor(stamp / period) * period == stamp; }

/* a state of a synapse that has become larger than its rule allows stops the run */
inline double snn_bound(double w, double bound, double stamp)
{
  if (fabs(w) > fabs(bound)) snn::recorder().out_of_bound(stamp);
  return w;
}

/* a state of a synapse that is no finite number stops the run */
inline double snn_number(double x, double stamp)
{
  if (!(x - x == 0.0)) snn::recorder().out_of_limits(stamp);
  return x;
}

/* a state of a synapse that is outside its range, or no number, stops the run */
inline double snn_within(double x, double low, double high, double stamp)
{
  if (!(x >= low && x <= high)) snn::recorder().out_of_limits(stamp);
  return x;
}

inline double snn_inject(int64_t step) { return snn::recorder().inject(step); }

inline double snn_carried(int64_t) { return snn::recorder().carry(); }

inline double snn_total(int k, int64_t step) { return snn::recorder().model.total(k, step); }

inline double snn_snapshot(int64_t step) { return snn::recorder().snapshot(step, false); }

inline double snn_record(int64_t step) { return snn::recorder().record(step); }

#endif
