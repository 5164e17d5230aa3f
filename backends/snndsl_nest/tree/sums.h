/* Ticks that sum over the synapses of a projection: between two steps of NEST, when every synapse is at one stamp.
 *
 * After step n all neurons and all arrivals with an axonal part are at stamp n. Where synapses have a dendritic part, arrivals
 * without an axonal part may be missing then; so all arrivals of such a projection are done one step later, which is early
 * enough for the soma, and its ticks as well. No arrival of stamp n + 1 has happened before.
 */
#ifndef SNN_SUMS_H
#define SNN_SUMS_H

#include "synapse.h"

/* run an event, or find what a synapse adds, with the sums that are known */
inline int happen_with(Table& t, long row, snn_rule_event event, long stamp, double* sums, size_t count)
{
  double passed[t.passes()];
  double* known = passed + t.ports.size() + t.readings.size();
  std::copy(sums, sums + count, known);
  const int code = happen(t, row, event, stamp, passed);
  std::copy(known, known + count, sums);
  return code;
}

/* one sum of a tick: added in the order of the rows of the projection */
inline void add_up(Together& all, size_t k, size_t sum, long stamp, int phase)
{
  const size_t count = all.tables[0]->rule->ticks[k].sums.size();
  for (size_t n = 0; n < all.tables.size(); ++n) {
    Table& t = *all.tables[n];
    const snn_rule_event event = t.rule->ticks[k].sums[sum].event;
    for (long row = 0; row < t.rows; ++row)
      check(t, row, happen_with(t, row, event, stamp, &all.sums[n][row * count], count), stamp, phase, 2 + (int)k);
  }
  const int side = all.tables[0]->rule->ticks[k].sums[sum].by_source;
  std::vector<double> totals(all.neurons[side], 0.0);
  for (long r = 0; r < all.rows; ++r) totals[all.ends[side][r]] += all.sums[all.table[r]][all.row[r] * count + sum];
  for (long r = 0; r < all.rows; ++r) all.sums[all.table[r]][all.row[r] * count + sum] = totals[all.ends[side][r]];
}

/* everything that is due at a stamp */
inline void tick_together(Together& all, long stamp)
{
  const Rule& rule = *all.tables[0]->rule;
  const int phase = rule.reads ? 1 : 4;
  for (Table* t : all.tables)
    for (long row = 0; row < t->rows; ++row) {
      if (not rule.reads) reach(*t, row, *t->targets[row], stamp, false);
      t->done[row] = stamp;
    }
  for (size_t k = 0; k < rule.ticks.size(); ++k) {
    if (stamp % rule.ticks[k].period) continue;
    const size_t count = rule.ticks[k].sums.size();
    for (size_t n = 0; n < all.tables.size(); ++n) all.sums[n].assign(all.tables[n]->rows * count, 0.0);
    for (size_t sum = 0; sum < count; ++sum) add_up(all, k, sum, stamp, phase);
    for (size_t n = 0; n < all.tables.size(); ++n) {
      Table& t = *all.tables[n];
      for (long row = 0; row < t.rows; ++row)
        check(t, row, happen_with(t, row, t.rule->ticks[k].event, stamp, all.sums[n].data() + row * count, count), stamp, phase,
          2 + (int)k);
    }
  }
}

#endif
