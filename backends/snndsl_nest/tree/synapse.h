/* Connections of NEST: a row of a table of plastic synapses, or a weight whose spikes are delayed for longer than NEST carries
 * them.
 *
 * A plastic synapse is a machine of its own. A spike of stamp s that NEST delivers is put into the calendar of the target at
 * stamp s + axonal; when that stamp is there, the synapse first catches up with the ticks and the postsynaptic spikes that come
 * before it, then runs on_pre. Postsynaptic spikes are kept by the target until every synapse has seen them (snn_catch_up).
 * A rule that reads states of neurons cannot be late: its synapses have no dendritic part, and at the beginning of step n, when
 * every neuron is at stamp n - 1, the target has them do what is left of that stamp (on_post, snapshots), then the arrivals and
 * ticks of stamp n.
 * Ticks that sum over synapses wait until all of them are at one stamp, between two steps (sums.h).
 */
#ifndef SNN_SYNAPSE_H
#define SNN_SYNAPSE_H

#include "connection.h"
#include "dict_util.h"

#include "neuron.h"

/* ---- what happens at a plastic synapse */

inline void check(Table& t, long row, int code, long stamp, int phase, int sub)
{
  if (not code) return;
  Failure found;
  found.meaning(code, t.states + (long)t.rule->ns * row, t.rule->bad_sample);
  found.step = stamp - 1;
  found.phase = phase;
  found.order = t.order;
  found.sub = sub;
  found.index = row;
  found.at = Failure::RULE;
  network.fail(found);
}

/* run one event of a rule at a stamp; in `passed` it leaves what it transmits, and finds what it reads and sums */
inline int happen(Table& t, long row, snn_rule_event event, long stamp, double* passed)
{
  const long seen = event == t.rule->post ? stamp : stamp - 1;
  for (size_t k = 0; k < t.readings.size(); ++k)
    passed[t.ports.size() + k] = t.readings[k].state->at(seen, t.readings[k].neuron ? t.readings[k].neuron[row] : 0);
  return event(
    t.params + t.stride * row, t.states + (long)t.rule->ns * row, (double)stamp, (double)t.row[row], network.trial, passed);
}

/* one that transmits nothing */
inline int happen(Table& t, long row, snn_rule_event event, long stamp)
{
  double passed[t.passes()];
  return happen(t, row, event, stamp, passed);
}

inline void tick(Table& t, long row, long upto, int phase = 4)
{
  const Rule& rule = *t.rule;
  while (t.done[row] < upto) {
    long due = std::numeric_limits<long>::max();
    for (const Tick& tick : rule.ticks) due = std::min(due, (t.done[row] / tick.period + 1) * tick.period);
    if (due > upto) break;
    for (size_t k = 0; k < rule.ticks.size() and not rule.waits(due); ++k) // else snn_sum does them
      if (due % rule.ticks[k].period == 0) check(t, row, happen(t, row, rule.ticks[k].event, due), due, phase, 2 + (int)k);
    t.done[row] = due;
  }
  t.done[row] = std::max(t.done[row], upto);
}

/* ticks and postsynaptic spikes with a stamp up to `upto` at the synapse; of `upto` itself only those that precede an arrival
 * of the same stamp (all = false) or everything */
inline void follow(Table& t, long row, const Neuron& target, long upto, bool all)
{
  const bool post_first = t.rule->post_first;
  const long b = t.dendritic[row], last = all or post_first ? upto : upto - 1;
  for (;;) {
    const long there = target.spike(t.seen[row]) + b;
    if (there > last) break;
    tick(t, row, post_first ? there - 1 : there);
    check(t, row, happen(t, row, t.rule->post, there), there, post_first ? 1 : 4, post_first ? 0 : 20);
    ++t.seen[row];
  }
  tick(t, row, all ? upto : upto - 1);
}

inline void take(Table& t, long row)
{
  std::vector<double>& taken = t.taken[t.next[row]++];
  for (size_t k = 0; k < t.variables.size() and not taken.empty(); ++k)
    taken[k * t.rows + row] = t.states[(long)t.rule->ns * row + t.variables[k]];
}

/* as `follow`, and keeps the snapshots that lie on the way */
inline void reach(Table& t, long row, const Neuron& target, long upto, bool all)
{
  const int& next = t.next[row];
  while (next < (int)t.stamps.size() and (t.stamps[next] < upto or (all and t.stamps[next] == upto))) {
    follow(t, row, target, t.stamps[next], true);
    take(t, row);
  }
  follow(t, row, target, upto, all);
}

/* of a rule that reads neurons: what is left of a stamp when all of them are there */
inline void attend(const Arrival& synapse, long stamp)
{
  Table& t = *synapse.table;
  const long row = synapse.row;
  if (t.targets[row]->last() == stamp) check(t, row, happen(t, row, t.rule->post, stamp), stamp, 4, 20);
  while (t.next[row] < (int)t.stamps.size() and t.stamps[t.next[row]] <= stamp) take(t, row);
}

inline void arrive(const Arrival& arrival, long when)
{
  Table& t = *arrival.table;
  const long row = arrival.row, stamp = when - t.late;
  Neuron& target = *t.targets[row];
  if (not t.rule->reads) reach(t, row, target, stamp, false);
  double passed[t.passes()];
  check(t, row, happen(t, row, t.rule->pre, stamp, passed), stamp, t.axonal[row] ? 1 : 3, 1);
  for (size_t k = 0; k < t.ports.size(); ++k) target.add(t.ports[k], stamp + t.dendritic[row], passed[k]);
}

/* ---- connections */

class SpikesOnly : public nest::ConnTestDummyNodeBase
{
public:
  using nest::ConnTestDummyNodeBase::handles_test_event;
  size_t handles_test_event(nest::SpikeEvent&, size_t) override { return nest::invalid_port; }
};

/* what the connections of a copied model share: the rule of the model, the table of the copy */
class Shared : public nest::CommonSynapseProperties
{
public:
  static const Rule* registering; // rule of the model that NEST makes

  void get_status(Dictionary& d) const
  {
    nest::CommonSynapseProperties::get_status(d);
    d["table"] = (long)(table ? table->order : -1);
  }
  void set_status(const Dictionary& d, nest::ConnectorModel& model)
  {
    nest::CommonSynapseProperties::set_status(d, model);
    long number = -1;
    if (not d.update_value("table", number)) return;
    table = network.tables.at(number).get();
    table->rule = rule_;
  }

  Table* table = nullptr;

private:
  const Rule* rule_ = registering;
};

template <typename Target>
class PlasticSynapse : public nest::Connection<Target>
{
public:
  typedef Shared CommonPropertiesType;
  typedef nest::Connection<Target> Base;
  static constexpr nest::ConnectionModelProperties properties =
    nest::ConnectionModelProperties::HAS_DELAY | nest::ConnectionModelProperties::IS_PRIMARY;
  using Base::get_delay_steps;
  using Base::get_rport;
  using Base::get_target;

  PlasticSynapse() = default;
  PlasticSynapse(const PlasticSynapse&) = default;
  PlasticSynapse& operator=(const PlasticSynapse&) = default;

  void check_connection(nest::Node& source, nest::Node& target, size_t port, const Shared& shared)
  {
    SpikesOnly dummy;
    Base::check_connection_(dummy, source, target, port);
    Neuron* neuron = dynamic_cast<Neuron*>(&target);
    if (not neuron or not shared.table) throw nest::IllegalConnection("plastic synapses need a table and end in neurons of this runtime");
    shared.table->targets.at(row_) = neuron;
    neuron->keep_history(shared.table->dendritic[row_]);
    if (shared.table->rule->reads) neuron->attend_to({ shared.table, row_ });
  }
  bool send(nest::Event& event, size_t thread, const Shared& shared)
  {
    Neuron& target = *static_cast<Neuron*>(get_target(thread));
    const long stamp = event.get_stamp().get_steps() - 1 + shared.table->axonal[row_], when = stamp + shared.table->late;
    const Arrival arrival { shared.table, row_ };
    if (when < nest::kernel().simulation_manager.get_slice_origin().get_steps())
      arrive(arrival, when);
    else
      target.expect(when, arrival);
    return true;
  }
  void get_status(Dictionary& d) const
  {
    Base::get_status(d);
    d["row"] = (long)row_;
  }
  void set_status(const Dictionary& d, nest::ConnectorModel& model)
  {
    Base::set_status(d, model);
    long row = row_;
    d.update_value("row", row);
    row_ = (int)row;
  }
  void set_weight(double) {}

private:
  int row_ = 0;
};

template <typename Target>
constexpr nest::ConnectionModelProperties PlasticSynapse<Target>::properties;

/* a static synapse whose spikes wait at the target for `further` steps, after the delay that NEST knows */
template <typename Target>
class DelayedSynapse : public nest::Connection<Target>
{
public:
  typedef nest::CommonSynapseProperties CommonPropertiesType;
  typedef nest::Connection<Target> Base;
  static constexpr nest::ConnectionModelProperties properties =
    nest::ConnectionModelProperties::HAS_DELAY | nest::ConnectionModelProperties::IS_PRIMARY;
  using Base::get_delay_steps;
  using Base::get_rport;
  using Base::get_target;

  DelayedSynapse() = default;
  DelayedSynapse(const DelayedSynapse&) = default;
  DelayedSynapse& operator=(const DelayedSynapse&) = default;

  void check_connection(nest::Node& source, nest::Node& target, size_t port, const CommonPropertiesType&)
  {
    SpikesOnly dummy;
    Base::check_connection_(dummy, source, target, port);
    if (not dynamic_cast<Neuron*>(&target)) throw nest::IllegalConnection("delayed synapses end in neurons of this runtime");
  }
  bool send(nest::Event& event, size_t thread, const CommonPropertiesType&)
  {
    event.set_weight(weight_);
    event.set_delay_steps(get_delay_steps() + further_);
    event.set_receiver(*get_target(thread));
    event.set_rport(get_rport());
    event();
    return true;
  }
  void get_status(Dictionary& d) const
  {
    Base::get_status(d);
    d["weight"] = weight_;
    d["further"] = further_;
  }
  void set_status(const Dictionary& d, nest::ConnectorModel& model)
  {
    Base::set_status(d, model);
    d.update_value("weight", weight_);
    d.update_value("further", further_);
  }
  void set_weight(double weight) { weight_ = weight; }

private:
  double weight_ = 1.0;
  long further_ = 0;
};

template <typename Target>
constexpr nest::ConnectionModelProperties DelayedSynapse<Target>::properties;

#endif
