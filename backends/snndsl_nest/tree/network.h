/* What the runtime knows of a network: models, tables of plastic synapses, populations, records, and what went wrong. */
#ifndef SNN_NETWORK_H
#define SNN_NETWORK_H

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "kernel.h"

class Ensemble;
class Neuron;

struct NeuronModel
{
  std::string name;
  snn_neuron_step step; // none: a source
  snn_neuron_check check;
  snn_sample_place bad_sample;
  std::vector<std::string> params, states;
  std::vector<bool> common; // of each parameter: whether all neurons have the same value
  int ports;
};

struct SumTerm // what a synapse adds to a sum over all that share its source or its target
{
  int by_source;
  snn_rule_event event;
};

struct Tick
{
  long period;
  snn_rule_event event;
  std::vector<SumTerm> sums;
};

struct Rule // of plasticity
{
  std::string name;
  int ns, post_first, reads;
  snn_rule_event pre, post;
  snn_sample_place bad_sample;
  size_t most_sums; // of a tick
  std::vector<Tick> ticks; // by growing period

  /* whether a tick that is due at a stamp sums over synapses: then all that are due wait until every synapse is there */
  bool waits(long stamp) const
  {
    for (const Tick& tick : ticks)
      if (stamp % tick.period == 0 and not tick.sums.empty()) return true;
    return false;
  }
};

struct Published;

/* What a rule reads: the state of a neuron for each row, or of the only neuron of a population. */
struct Reading
{
  const Published* state;
  const int32_t* neuron; // by row; none: the first
};

struct Table // plastic synapses of one projection between two populations; arrays belong to Python and are changed in place
{
  int order;
  long rows;
  const int32_t *axonal, *dendritic;
  const int64_t* row; // of the projection
  const double* params;
  long stride; // 0: all rows share one row of parameters
  double* states;
  const Rule* rule = nullptr;
  std::vector<int> ports; // of the targets, in the order of what an arrival transmits
  std::vector<Neuron*> targets;
  std::vector<Reading> readings;
  int late = 0; // 1: arrivals of stamp V are done with the neurons of V + 1, when spikes of V are known too
  std::vector<long> done, seen; // by row: stamp it has caught up with; postsynaptic spikes it has seen
  std::vector<int> variables; // of snapshots
  std::vector<long> stamps;
  std::vector<std::vector<double>> taken; // by snapshot: variables x rows
  std::vector<int> next; // by row: its next snapshot
  size_t opened = 0; // snapshots there is room for

  /* values that pass between an event and a synapse: what is transmitted to each port, then what the rule reads, then sums */
  size_t passes() const { return ports.size() + readings.size() + rule->most_sums; }
};

/* The tables of one projection whose rule sums over its synapses. */
struct Together
{
  std::vector<Table*> tables;
  std::vector<std::vector<double>> sums; // by table: rows x the sums of a tick
  long rows;
  const int32_t* table; // of each row of the projection, in order
  const int64_t* row;   // in that table
  const int32_t* ends[2]; // number of the target, of the source
  long neurons[2];
};

/* Events from outside, by step. */
struct Injection
{
  int port;
  long events;
  const int64_t* step;
  const int32_t* neuron;
  const double* amount;
};

/* A state of a population that others read. Two stamps are kept, since nodes are not updated together: while one of them reads
 * the state of stamp j, its owner may have made that of stamp j + 1. In slices of one step nobody is further ahead. Where a value
 * is carried, as many more are kept as it takes steps. */
struct Published
{
  int state;
  long size, mask; // of stamps: a power of two, less one
  std::vector<double> values; // by stamp and neuron
  double at(long stamp, long neuron) const { return values[(stamp & mask) * size + neuron]; }
  void keep(long stamps)
  {
    while (mask < stamps) mask = 2 * mask + 1;
    values.assign((mask + 1) * size, 0.0);
  }
};

/* Synapses that carry a value, by neuron: rows start[k] .. start[k + 1], in the order of the program. */
struct Carrying
{
  struct Reading
  {
    const Published* state;
    int side; // 0: of the neuron that it comes from, at an earlier stamp; 1: of the target; 2: of the only one of its population
  };
  int port, order; // among all synapses
  snn_carried value;
  const int64_t *start, *place; // place: of each row in the program
  const int32_t *pre, *delay;
  const double* params;
  long stride; // 0: all rows share one row of parameters
  int bound; // which parameter says how large a value may be
  std::vector<Reading> readings;

  double sum(long neuron, long stamp) const;
};

struct StateRecord
{
  int variable;
  const int32_t* place; // of each neuron among the recorded ones, -1 if it is not
  long neurons, period, first, last;
  double* buffer;
  const int64_t* offset; // samples that have left the buffer
};

struct Population
{
  int order = 0;
  long size = 0;
  std::vector<std::shared_ptr<Ensemble>> ensembles; // by thread
  std::vector<Injection> injections;
  std::vector<StateRecord> records;
  std::deque<Published> published;
  std::vector<const Published*> reads; // of populations of one neuron
  std::vector<Carrying> carrying; // into this population

  /* a state that is published from now on, and stays known for so many steps */
  const Published* publish(int state, long size, long steps = 1)
  {
    auto known = std::find_if(published.begin(), published.end(), [&](const Published& other) { return other.state == state; });
    if (known == published.end()) known = published.insert(known, { state, size, 1, {} });
    known->keep(steps);
    return &*known;
  }
};

struct Failure
{
  bool any = false;
  long step = 0; // steps that are complete
  int phase = 0, order = 0, sub = 0; // phase: 1 early arrivals, 2 what is carried, 3 neurons, 4 the rest
  long index = 0;
  int place = 0, sample = -1;
  enum { NEURON, RULE, CARRY } at = NEURON;
  bool bounded = false;
  double value = 0.0, limit = 0.0; // limit: the index in an array, the bound of what is carried

  /* what a kernel returned, and the states it left */
  void meaning(int code, const double* states, snn_sample_place bad_sample)
  {
    any = true;
    if (code == -1) {
      bad_sample(&sample, &limit);
      return;
    }
    bounded = code < 0;
    place = code > 0 ? code - 1 : -2 - code;
    value = states[place];
  }

  std::tuple<long, int, int, int, int, long> key() const { return { step, phase, order, sub, place, index }; }
};

struct Network
{
  std::vector<std::unique_ptr<NeuronModel>> neurons;
  std::vector<std::unique_ptr<Rule>> rules;
  std::vector<std::unique_ptr<Table>> tables;
  std::vector<std::unique_ptr<Together>> together;
  std::map<long, Population> populations; // by the id of the first node
  std::vector<Neuron*> learners; // nodes that keep their spikes for plastic synapses
  std::vector<long> counted; // spikes, by thread
  double trial = 0.0;
  long ring = 4; // slots of a ring: a power of two, at least two slices
  Failure failure;
  std::mutex guard;

  /* the earliest failure counts, whichever thread finds it first */
  void fail(const Failure& found)
  {
    const std::lock_guard<std::mutex> lock(guard);
    if (not failure.any or found.key() < failure.key()) failure = found;
  }
};

extern Network network;

/* what reaches the port of a neuron at a stamp; a value that is too large for exact sums, or no number, stops the run */
inline double Carrying::sum(long neuron, long stamp) const
{
  static thread_local std::vector<double> in;
  in.resize(readings.size());
  double total = 0.0;
  for (long row = start[neuron]; row < start[neuron + 1]; ++row) {
    for (size_t k = 0; k < readings.size(); ++k) {
      const int side = readings[k].side;
      in[k] = side == 0 ? readings[k].state->at(std::max(stamp - delay[row], 0L), pre[row])
                        : readings[k].state->at(stamp - 1, side == 1 ? neuron : 0);
    }
    const double* p = params + stride * row;
    const double sent = value(p, in.data());
    total += sent;
    if (std::abs(sent) <= p[bound]) continue;
    Failure found;
    found.any = true;
    found.step = stamp - 1;
    found.phase = 2;
    found.order = order;
    found.index = place[row];
    found.at = Failure::CARRY;
    found.value = sent;
    found.limit = p[bound];
    network.fail(found);
  }
  return total;
}

#endif
