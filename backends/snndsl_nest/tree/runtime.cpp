/* NEST nodes and synapses whose behaviour is a kernel in C. Compiled once for a version of NEST; models compile kernels only.
 *
 * NEST does the scheduling, the threads, and the delivery of spikes along connections with their delays. Numbers live in arrays
 * that Python owns (parameters, states, tables of synapses) and are changed in place.
 *
 * NEST's step S produces stamp S - 1 of the program: its first step lets sources spike at stamp 0, which NEST itself cannot.
 *
 * A plastic synapse is a machine of its own. A spike of stamp s that NEST delivers is put into the calendar of the target at
 * stamp s + axonal; when that stamp is there, the synapse first catches up with the ticks and the postsynaptic spikes that come
 * before it, then runs on_pre. Postsynaptic spikes are kept by the target until every synapse has seen them (snn_catch_up).
 *
 * The work of NEST in a slice grows with its longest delay, used or not. So NEST carries a spike for a bounded number of steps
 * (engine.py), and the target waits for the rest: what is due within its ring is there, what is due later in blocks of the same
 * length, which are poured into the ring one after the other. Sums are exact, so their order does not matter.
 */
#include "connection.h"
#include "dict_util.h"
#include "event.h"
#include "event_delivery_manager_impl.h"
#include "kernel_manager.h"
#include "nest_impl.h"
#include "node.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "kernel.h"

namespace nest
{
class NESTExtensionInterface
{
public:
  virtual ~NESTExtensionInterface() {}
  virtual void initialize() = 0;
};
}

namespace
{
class Neuron;

struct Spike
{
  long stamp;
  int population, neuron;
};

/* Events from outside by neuron: rows start[k] .. start[k + 1] of steps and amounts. */
struct Injection
{
  int port;
  const int64_t *start, *step;
  const double* amount;
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
  std::string name;
  int order, np, ns, ni;
  long size;
  snn_neuron_step step; // none: a source
  snn_sample_place bad_sample;
  const double* params;
  long stride; // 0: all neurons share one row of parameters
  double* states;
  double trial;
  const uint8_t* recorded; // none: no neuron
  const int64_t *start, *stamps; // of a source: its spikes by neuron
  long first_id, longest; // largest dendritic part of the plastic synapses that end here
  std::vector<Injection> injections;
  std::vector<StateRecord> records;
  std::vector<Neuron*> nodes;
};

struct Group // the plastic synapses of one projection between two populations
{
  std::string name;
  int order, np, ns, port, deliver, post_first;
  long rows;
  Population* target;
  const int32_t *post, *axonal, *dendritic;
  const int64_t* row;
  const double* params;
  long stride;
  double* states;
  double trial;
  snn_rule_event pre, post_event;
  snn_sample_place bad_sample;
  std::vector<long> periods;
  std::vector<snn_rule_event> ticks;
  std::vector<long> done, seen; // by row: stamp it has caught up with; postsynaptic spikes it has seen
  std::vector<int> variables; // of snapshots
  std::vector<long> stamps;
  std::vector<std::vector<double>> taken; // by snapshot: variables x rows
  std::vector<int> next; // by row: its next snapshot
  size_t opened = 0; // snapshots there is room for
};

struct Failure
{
  bool any = false;
  long step = 0; // steps that are complete
  int phase = 0, order = 0, sub = 0;
  long index = 0;
  int place = 0, sample = -1;
  bool synapses = false;
  double value = 0.0, at = 0.0;

  /* what a kernel returned, and the states it left */
  void meaning(int code, const double* states, snn_sample_place bad_sample)
  {
    any = true;
    if (code == -1) {
      bad_sample(&sample, &at);
      return;
    }
    place = code > 0 ? code - 1 : -2 - code;
    value = states[place];
  }

  std::tuple<long, int, int, int, int, long> key() const { return { step, phase, order, sub, place, index }; }
};

struct World
{
  std::vector<std::unique_ptr<Population>> populations;
  std::vector<std::unique_ptr<Group>> groups;
  std::vector<std::vector<Spike>> spikes; // by thread
  std::vector<long> counted;
  long ring = 4; // slots of a ring: a power of two, at least two slices
  Failure failure;
  std::mutex guard;
} world;

void fail(const Failure& found)
{
  const std::lock_guard<std::mutex> lock(world.guard);
  if (not world.failure.any or found.key() < world.failure.key()) world.failure = found;
}

Population* registering = nullptr;
Group* registering_group = nullptr;

struct Arrival
{
  Group* group;
  long row;
};

/* what is due in one turn of the ring, beyond its present one */
struct Later
{
  struct Amount
  {
    long stamp;
    int port;
    double amount;
  };
  std::vector<Amount> amounts;
  std::vector<std::pair<long, Arrival>> arrivals;
};

class Neuron : public nest::Node
{
public:
  Neuron() : nest::Node(), population_(registering) {}
  Neuron(const Neuron& other) : nest::Node(other), population_(other.population_) {}

  using nest::Node::handle;
  using nest::Node::handles_test_event;
  size_t send_test_event(nest::Node& target, size_t port, nest::synindex, bool) override
  {
    nest::SpikeEvent event;
    event.set_sender(*this);
    return target.handles_test_event(event, port);
  }
  size_t handles_test_event(nest::SpikeEvent&, size_t port) override
  {
    if ((int)port >= population_->ni) throw nest::UnknownReceptorType(port, get_name());
    return port;
  }
  void handle(nest::SpikeEvent& event) override
  {
    add(event.get_rport(), event.get_stamp().get_steps() - 1 + event.get_delay_steps(), event.get_weight() * event.get_multiplicity());
  }
  void get_status(Dictionary&) const override {}
  void set_status(const Dictionary&) override {}

  const Population* population() const { return population_; }
  void add(int port, long stamp, double amount)
  {
    if (stamp - now_ < world.ring)
      arriving_[port * world.ring + (stamp & (world.ring - 1))] += amount;
    else
      later_[stamp / world.ring].amounts.push_back({ stamp, port, amount });
  }
  void expect(long stamp, Arrival arrival)
  {
    if (stamp - now_ < world.ring)
      calendar_[stamp & (world.ring - 1)].push_back(arrival);
    else
      later_[stamp / world.ring].arrivals.push_back({ stamp, arrival });
  }
  void keep_history() { history_ = true; }

  /* the k-th spike since the beginning, or a stamp beyond all others */
  long spike(long k) const { return k - forgotten_ < (long)past_.size() ? past_[k - forgotten_] : std::numeric_limits<long>::max() / 2; }
  void forget(long stamp)
  {
    while (not past_.empty() and past_.front() <= stamp) {
      past_.pop_front();
      ++forgotten_;
    }
  }

private:
  void init_buffers_() override {}
  void pre_run_hook() override
  {
    if (calendar_.empty()) {
      index_ = (long)get_node_id() - population_->first_id;
      arriving_.assign(population_->ni * world.ring, 0.0);
      calendar_.resize(world.ring);
      population_->nodes[index_] = this;
      for (const Injection& injection : population_->injections) cursor_.push_back(injection.start[index_]);
      if (not population_->step) cursor_.push_back(population_->start[index_]);
    }
  }
  void update(const nest::Time& origin, const long from, const long to) override
  {
    for (long lag = from; lag < to; ++lag) {
      const long stamp = origin.get_steps() + lag;
      if (population_->step ? advance(stamp) : listed(stamp)) {
        nest::SpikeEvent event;
        nest::kernel().event_delivery_manager.send(*this, event, lag);
        note(stamp);
      }
    }
  }

  bool listed(long stamp)
  {
    long& cursor = cursor_[0];
    if (cursor == population_->start[index_ + 1] or population_->stamps[cursor] != stamp) return false;
    ++cursor;
    return true;
  }

  void note(long stamp)
  {
    const size_t thread = nest::kernel().vp_manager.get_thread_id();
    if (stamp > 0) {
      ++world.counted[thread];
      if (population_->recorded and population_->recorded[index_]) world.spikes[thread].push_back({ stamp, population_->order, (int)index_ });
    }
    if (history_) past_.push_back(stamp);
  }

  bool advance(long stamp);
  void pour()
  {
    const auto block = later_.find(now_ / world.ring);
    if (block == later_.end()) return;
    for (const Later::Amount& later : block->second.amounts) add(later.port, later.stamp, later.amount);
    for (const auto& [stamp, arrival] : block->second.arrivals) expect(stamp, arrival);
    later_.erase(block);
  }
  void record(long stamp, const double* states)
  {
    for (const StateRecord& record : population_->records) {
      if (record.place[index_] < 0 or stamp < record.first or stamp > record.last or (stamp - record.first) % record.period) continue;
      const long sample = (stamp - record.first) / record.period - *record.offset;
      record.buffer[sample * record.neurons + record.place[index_]] = states[record.variable];
    }
  }

  Population* population_;
  long index_ = 0, forgotten_ = 0, now_ = 0; // now: the first stamp whose sums have not been taken
  bool history_ = false;
  std::vector<double> arriving_; // ports x ring
  std::vector<std::vector<Arrival>> calendar_;
  std::unordered_map<long, Later> later_; // by turn of the ring
  std::vector<long> cursor_;
  std::deque<long> past_;
};

/* ---- what happens at a synapse */

void check(Group& g, long row, int code, long stamp, int phase, int sub)
{
  if (not code) return;
  Failure found;
  found.meaning(code, g.states + (long)g.ns * row, g.bad_sample);
  found.step = stamp - 1;
  found.phase = phase;
  found.order = g.order;
  found.sub = sub;
  found.index = row;
  found.synapses = true;
  fail(found);
}

void tick(Group& g, long row, double* s, long upto)
{
  const double* p = g.params + g.stride * row;
  while (g.done[row] < upto) {
    long due = std::numeric_limits<long>::max();
    for (const long period : g.periods) due = std::min(due, (g.done[row] / period + 1) * period);
    if (due > upto) break;
    for (size_t k = 0; k < g.periods.size(); ++k)
      if (due % g.periods[k] == 0) check(g, row, g.ticks[k](p, s, (double)due, (double)g.row[row], g.trial, nullptr), due, 3, 2 + (int)k);
    g.done[row] = due;
  }
  g.done[row] = std::max(g.done[row], upto);
}

/* ticks and postsynaptic spikes with a stamp up to `upto` at the synapse; of `upto` itself only those that precede an arrival
 * of the same stamp (all = false) or everything */
void follow(Group& g, long row, const Neuron& target, long upto, bool all)
{
  double* s = g.states + (long)g.ns * row;
  const double* p = g.params + g.stride * row;
  const long b = g.dendritic[row], last = all or g.post_first ? upto : upto - 1;
  for (;;) {
    const long there = target.spike(g.seen[row]) + b;
    if (there > last) break;
    tick(g, row, s, g.post_first ? there - 1 : there);
    check(g, row, g.post_event(p, s, (double)there, (double)g.row[row], g.trial, nullptr), there, g.post_first ? 1 : 3, g.post_first ? 0 : 20);
    ++g.seen[row];
  }
  tick(g, row, s, all ? upto : upto - 1);
}

/* as `follow`, and keeps the snapshots that lie on the way */
void reach(Group& g, long row, const Neuron& target, long upto, bool all)
{
  int& next = g.next[row];
  while (next < (int)g.stamps.size() and (g.stamps[next] < upto or (all and g.stamps[next] == upto))) {
    follow(g, row, target, g.stamps[next], true);
    std::vector<double>& taken = g.taken[next];
    for (size_t k = 0; k < g.variables.size() and not taken.empty(); ++k) taken[k * g.rows + row] = g.states[(long)g.ns * row + g.variables[k]];
    ++next;
  }
  follow(g, row, target, upto, all);
}

void arrive(Group& g, long row, Neuron& target, long stamp)
{
  reach(g, row, target, stamp, false);
  double sent = 0.0;
  const int code = g.pre(g.params + g.stride * row, g.states + (long)g.ns * row, (double)stamp, (double)g.row[row], g.trial, &sent);
  check(g, row, code, stamp, g.axonal[row] ? 1 : 3, 1);
  if (g.deliver) target.add(g.port, stamp + g.dendritic[row], sent);
}

bool Neuron::advance(long stamp)
{
  Population& population = *population_;
  if (not later_.empty() and (stamp & (world.ring - 1)) == 0) pour();
  std::vector<Arrival>& due = calendar_[stamp & (world.ring - 1)];
  for (size_t k = 0; k < due.size(); ++k) arrive(*due[k].group, due[k].row, *this, stamp);
  due.clear();
  now_ = stamp + 1;
  double* states = population.states + population.ns * index_;
  if (stamp < 1) return false;
  double in[64];
  for (int port = 0; port < population.ni; ++port) {
    double& slot = arriving_[port * world.ring + (stamp & (world.ring - 1))];
    in[port] = slot;
    slot = 0.0;
  }
  for (size_t k = 0; k < population.injections.size(); ++k) {
    const Injection& injection = population.injections[k];
    for (long& cursor = cursor_[k]; cursor < injection.start[index_ + 1] and injection.step[cursor] < stamp; ++cursor)
      in[injection.port] += injection.amount[cursor];
  }
  int fired = 0;
  const int code = population.step(
    population.params + population.stride * index_, states, in, (double)index_, (double)(stamp - 1), population.trial, &fired);
  if (code) {
    Failure found;
    found.meaning(code, states, population.bad_sample);
    found.step = stamp - 1;
    found.phase = 2;
    found.order = population.order;
    found.index = index_;
    fail(found);
  }
  record(stamp, states);
  return fired;
}

/* ---- a connection is a row of a table */

template <typename Target>
class PlasticT : public nest::Connection<Target>
{
public:
  typedef nest::CommonSynapseProperties CommonPropertiesType;
  typedef nest::Connection<Target> Base;
  static constexpr nest::ConnectionModelProperties properties =
    nest::ConnectionModelProperties::HAS_DELAY | nest::ConnectionModelProperties::IS_PRIMARY;
  using Base::get_delay_steps;
  using Base::get_target;

  PlasticT() : Base(), group_(registering_group), row_(0) {}
  PlasticT(const PlasticT&) = default;
  PlasticT& operator=(const PlasticT&) = default;

  class Dummy : public nest::ConnTestDummyNodeBase
  {
  public:
    using nest::ConnTestDummyNodeBase::handles_test_event;
    size_t handles_test_event(nest::SpikeEvent&, size_t) override { return nest::invalid_port; }
  };
  void check_connection(nest::Node& source, nest::Node& target, size_t port, const CommonPropertiesType&)
  {
    Dummy dummy;
    Base::check_connection_(dummy, source, target, port);
    Neuron* neuron = dynamic_cast<Neuron*>(&target);
    if (not neuron or neuron->population() != group_->target) throw nest::IllegalConnection("these synapses end in another population");
    neuron->keep_history();
  }
  bool send(nest::Event& event, size_t thread, const CommonPropertiesType&)
  {
    Neuron& target = *static_cast<Neuron*>(get_target(thread));
    const long stamp = event.get_stamp().get_steps() - 1 + group_->axonal[row_];
    if (stamp < nest::kernel().simulation_manager.get_slice_origin().get_steps())
      arrive(*group_, row_, target, stamp);
    else
      target.expect(stamp, { group_, row_ });
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
    d.update_value("row", row_);
  }
  void set_weight(double) {}

private:
  Group* group_;
  long row_;
};

template <typename Target>
constexpr nest::ConnectionModelProperties PlasticT<Target>::properties;

/* a static synapse whose spikes wait at the target for `further` steps, after the delay that NEST knows */
template <typename Target>
class DelayedT : public nest::Connection<Target>
{
public:
  typedef nest::CommonSynapseProperties CommonPropertiesType;
  typedef nest::Connection<Target> Base;
  static constexpr nest::ConnectionModelProperties properties =
    nest::ConnectionModelProperties::HAS_DELAY | nest::ConnectionModelProperties::IS_PRIMARY;
  using Base::get_delay_steps;
  using Base::get_rport;
  using Base::get_target;

  DelayedT() : Base(), weight_(1.0), further_(0) {}
  DelayedT(const DelayedT&) = default;
  DelayedT& operator=(const DelayedT&) = default;

  void check_connection(nest::Node& source, nest::Node& target, size_t port, const CommonPropertiesType&)
  {
    typename PlasticT<Target>::Dummy dummy;
    Base::check_connection_(dummy, source, target, port);
    if (not dynamic_cast<Neuron*>(&target)) throw nest::IllegalConnection("these synapses end in neurons of this runtime");
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
  double weight_;
  long further_;
};

template <typename Target>
constexpr nest::ConnectionModelProperties DelayedT<Target>::properties;

class Module : public nest::NESTExtensionInterface
{
public:
  void initialize() override
  {
    for (const auto& population : world.populations) {
      registering = population.get();
      nest::register_node_model<Neuron>(population->name, "");
    }
    registering = nullptr;
    for (const auto& group : world.groups) {
      registering_group = group.get();
      nest::register_connection_model<PlasticT>(group->name);
    }
    registering_group = nullptr;
    nest::register_connection_model<DelayedT>("snn_delayed_synapse");
  }
};
}

/* ---- what Python calls (code/engine.py); arrays stay alive as long as the process */

extern "C" {

Module runtime_LTX_module;

void snn_world(long ring, long threads)
{
  world.ring = ring;
  world.spikes.resize(threads);
  world.counted.assign(threads, 0);
}

long snn_population(const char* name, long size, int np, int ns, int ni, snn_neuron_step step, snn_sample_place bad_sample,
  const double* params, long stride, double* states, double trial, const uint8_t* recorded, const int64_t* start, const int64_t* stamps)
{
  const int order = (int)world.populations.size();
  world.populations.push_back(std::make_unique<Population>(Population { name, order, np, ns, ni, size, step, bad_sample, params,
    stride, states, trial, recorded, start, stamps, 0, 0, {}, {}, std::vector<Neuron*>(size, nullptr) }));
  return order;
}

void snn_first_id(long population, long id) { world.populations[population]->first_id = id; }

void snn_injection(long population, int port, const int64_t* start, const int64_t* step, const double* amount)
{
  world.populations[population]->injections.push_back({ port, start, step, amount });
}

void snn_state_record(long population, int variable, const int32_t* place, long neurons, long period, long first, long last,
  double* buffer, const int64_t* offset)
{
  world.populations[population]->records.push_back({ variable, place, neurons, period, first, last, buffer, offset });
}

long snn_group(const char* name, long target, int port, int deliver, int post_first, long rows, const int32_t* post,
  const int32_t* axonal, const int32_t* dendritic, const int64_t* row, int np, const double* params, long stride, int ns,
  double* states, double trial, snn_rule_event pre, snn_rule_event post_event, snn_sample_place bad_sample)
{
  auto g = std::make_unique<Group>();
  g->name = name;
  g->order = (int)world.groups.size();
  g->np = np;
  g->ns = ns;
  g->port = port;
  g->deliver = deliver;
  g->post_first = post_first;
  g->rows = rows;
  g->target = world.populations[target].get();
  g->post = post;
  g->axonal = axonal;
  g->dendritic = dendritic;
  g->row = row;
  g->params = params;
  g->stride = stride;
  g->states = states;
  g->trial = trial;
  g->pre = pre;
  g->post_event = post_event;
  g->bad_sample = bad_sample;
  g->done.assign(rows, 0);
  g->seen.assign(rows, 0);
  g->next.assign(rows, 0);
  for (long k = 0; k < rows; ++k) g->target->longest = std::max(g->target->longest, (long)dendritic[k]);
  world.groups.push_back(std::move(g));
  return (long)world.groups.size() - 1;
}

void snn_tick(long group, long period, snn_rule_event event)
{
  world.groups[group]->periods.push_back(period);
  world.groups[group]->ticks.push_back(event);
}

void snn_snapshots(long group, int variables, const int* variable, long count, const int64_t* stamps)
{
  Group& g = *world.groups[group];
  g.variables.assign(variable, variable + variables);
  g.stamps.assign(stamps, stamps + count);
  g.taken.resize(count);
}

/* make room for the snapshots up to a stamp; before the run reaches it */
void snn_open_snapshots(long group, long stamp)
{
  Group& g = *world.groups[group];
  for (; g.opened < g.stamps.size() and g.stamps[g.opened] <= stamp; ++g.opened) g.taken[g.opened].resize(g.variables.size() * g.rows);
}

void snn_take_snapshot(long group, long number, double* values)
{
  std::vector<double>& taken = world.groups[group]->taken[number];
  std::copy(taken.begin(), taken.end(), values);
  std::vector<double>().swap(taken);
}

/* bring every synapse to a stamp; all its presynaptic arrivals up to then must have been delivered */
void snn_catch_up(long stamp)
{
  for (const auto& g : world.groups)
    for (long row = 0; row < g->rows; ++row)
      if (g->done[row] <= stamp) reach(*g, row, *g->target->nodes[g->post[row]], stamp, true);
  for (const auto& population : world.populations)
    for (Neuron* node : population->nodes)
      if (node) node->forget(stamp - population->longest);
}

long snn_counted()
{
  long total = 0;
  for (const long counted : world.counted) total += counted;
  return total;
}

/* take the spikes of a population up to a stamp; first with no arrays for their number */
long snn_take_spikes(long population, long stamp, int64_t* stamps, int32_t* neurons)
{
  long count = 0;
  for (std::vector<Spike>& spikes : world.spikes) {
    size_t kept = 0;
    for (size_t k = 0; k < spikes.size(); ++k) {
      const Spike spike = spikes[k];
      const bool mine = spike.population == population and spike.stamp <= stamp;
      if (mine and stamps) {
        stamps[count] = spike.stamp;
        neurons[count] = spike.neuron;
      }
      if (mine) ++count;
      if (not mine or not stamps) spikes[kept++] = spike;
    }
    spikes.resize(kept);
  }
  return count;
}

/* what stopped the model, if anything did: complete steps, whether at synapses, order, state, index, array; value, place */
int snn_failure(int64_t* facts, double* numbers)
{
  const Failure& f = world.failure;
  const int64_t found[] = { f.step, f.synapses, f.order, f.place, f.index, f.sample };
  std::copy(found, found + 6, facts);
  numbers[0] = f.value;
  numbers[1] = f.at;
  return f.any;
}
}
