/* NEST nodes and synapses whose behaviour is a kernel in C. Compiled once for a version of NEST; models compile kernels only.
 *
 * NEST does the scheduling, the threads, and the delivery of spikes along connections with their delays. Nodes hold their
 * parameters and states; tables of plastic synapses, injections and records are arrays that Python owns.
 *
 * NEST's step S produces stamp S - 1 of the program: its first step lets sources spike at stamp 0, which NEST itself cannot.
 */
#include "nest_impl.h"

#include "sums.h"

namespace nest
{
class NESTExtensionInterface
{
public:
  virtual ~NESTExtensionInterface() {}
  virtual void initialize() = 0;
};
}

Network network;
const NeuronModel* Neuron::registering = nullptr;
const Rule* Shared::registering = nullptr;

class Module : public nest::NESTExtensionInterface
{
public:
  void initialize() override
  {
    for (const auto& neuron : network.neurons) {
      Neuron::registering = neuron.get();
      nest::register_node_model<Neuron>(neuron->name, "");
    }
    for (const auto& rule : network.rules) {
      Shared::registering = rule.get();
      nest::register_connection_model<PlasticSynapse>(rule->name);
    }
    nest::register_connection_model<DelayedSynapse>("snn_delayed_synapse");
  }
};

/* ---- what Python calls (code/runtime.py, code/recording.py); arrays stay alive as long as the process */

extern "C" {

Module runtime_LTX_module;

/* before NEST installs the module: its models */

void snn_neuron_model(const char* name, snn_neuron_step step, snn_neuron_check check, snn_sample_place bad_sample, int np,
  const char** params, const int32_t* common, int ns, const char** states, int ports)
{
  network.neurons.push_back(std::make_unique<NeuronModel>(NeuronModel {
    name, step, check, bad_sample, { params, params + np }, { states, states + ns }, std::vector<bool>(common, common + np), ports }));
}

void snn_rule(const char* name, int ns, int post_first, int reads, snn_rule_event pre, snn_rule_event post,
  snn_sample_place bad_sample)
{
  network.rules.push_back(std::make_unique<Rule>(Rule { name, ns, post_first, reads, pre, post, bad_sample, 0, {} }));
}

/* of the last rule */
void snn_tick(long period, snn_rule_event event)
{
  network.rules.back()->ticks.push_back({ period, event, {} });
}

/* of the last tick */
void snn_sum(int by_source, snn_rule_event event)
{
  Rule& rule = *network.rules.back();
  rule.ticks.back().sums.push_back({ by_source, event });
  rule.most_sums = std::max(rule.most_sums, rule.ticks.back().sums.size());
}

/* before connections are made: the table they are rows of; its number */
long snn_table(long rows, const int32_t* axonal, const int32_t* dendritic, const int64_t* row, const double* params, long stride,
  double* states, int ports, const int32_t* port)
{
  auto table = std::make_unique<Table>();
  table->order = (int)network.tables.size();
  table->rows = rows;
  table->axonal = axonal;
  table->dendritic = dendritic;
  table->row = row;
  table->params = params;
  table->stride = stride;
  table->states = states;
  table->ports.assign(port, port + ports);
  table->targets.assign(rows, nullptr);
  table->done.assign(rows, 0);
  table->seen.assign(rows, 0);
  table->next.assign(rows, 0);
  network.tables.push_back(std::move(table));
  return network.tables.back()->order;
}

/* before the first step: what the nodes from an id on get, and what is kept of them */

void snn_injection(long first, int port, long events, const int64_t* step, const int32_t* neuron, const double* amount)
{
  network.populations[first].injections.push_back({ port, events, step, neuron, amount });
}

/* what the nodes from an id on read of another node, in the order of their kernel */
void snn_read(long first, long other, int state)
{
  network.populations[first].reads.push_back(network.populations[other].publish(state, 1));
}

/* what the rule of a table reads of the nodes from an id on, in the order of its kernels: of one for each row, or of the only one */
void snn_rule_read(long table, long other, long size, int state, const int32_t* neuron)
{
  network.tables[table]->readings.push_back({ network.populations[other].publish(state, size), neuron });
}

/* synapses that carry a value to a port of the nodes from an id on, by target; their number there */
long snn_carrying(long first, int port, int order, snn_carried value, const int64_t* start, const int64_t* place,
  const int32_t* pre, const int32_t* delay, const double* params, long stride, int bound)
{
  std::vector<Carrying>& known = network.populations[first].carrying;
  known.push_back({ port, order, value, start, place, pre, delay, params, stride, bound, {} });
  return (long)known.size() - 1;
}

/* what such synapses read of the nodes from an id on, in the order of their kernel; the steps for which it stays known */
void snn_carry_read(long first, long number, long other, long size, int state, int side, long steps)
{
  const Published* shown = network.populations[other].publish(state, size, steps);
  network.populations[first].carrying[number].readings.push_back({ shown, side });
}

void snn_state_record(long first, int variable, const int32_t* place, long neurons, long period, long from, long last,
  double* buffer, const int64_t* offset)
{
  network.populations[first].records.push_back({ variable, place, neurons, period, from, last, buffer, offset });
}

void snn_snapshots(long table, int variables, const int* variable, long count, const int64_t* stamps)
{
  Table& t = *network.tables[table];
  t.variables.assign(variable, variable + variables);
  t.stamps.assign(stamps, stamps + count);
  t.taken.resize(count);
}

/* with the ids of the first nodes of all populations, in their order, and their sizes */
void snn_start(long threads, long ring, double trial, long populations, const int64_t* first, const int64_t* size)
{
  for (long k = 0; k < populations; ++k) {
    Population& population = network.populations[first[k]];
    population.order = (int)k;
    population.size = size[k];
    for (long thread = 0; thread < threads; ++thread)
      population.ensembles.push_back(std::make_unique<Ensemble>(population));
  }
  network.counted.assign(threads, 0);
  network.ring = ring;
  network.trial = trial;
}

/* tables of a projection whose rule sums: table and row of each of its synapses in order, and the numbers of their ends */
void snn_together(long tables, const int64_t* number, long late, long rows, const int32_t* table, const int64_t* row,
  const int32_t* target, long targets, const int32_t* source, long sources)
{
  auto all = std::make_unique<Together>(Together { {}, {}, rows, table, row, { target, source }, { targets, sources } });
  for (long k = 0; k < tables; ++k) {
    all->tables.push_back(network.tables.at(number[k]).get());
    all->tables.back()->late = (int)late;
  }
  all->sums.resize(tables);
  network.together.push_back(std::move(all));
}

/* between steps */

/* `steps` of NEST are done: the ticks that sum and are due now */
void snn_tick_together(long steps)
{
  for (const auto& all : network.together) {
    const long stamp = steps - 1 - all->tables[0]->late;
    if (stamp > 0 and all->tables[0]->rule->waits(stamp)) tick_together(*all, stamp);
  }
}

/* steps from here to the next of such ticks, at most `most` */
long snn_until_together(long steps, long most)
{
  for (long ahead = 1; ahead < most; ++ahead)
    for (const auto& all : network.together)
      if (all->tables[0]->rule->waits(steps + ahead - 1 - all->tables[0]->late)) return ahead;
  return most;
}

/* make room for the snapshots up to a stamp; before the run reaches it */
void snn_open_snapshots(long stamp)
{
  for (const auto& t : network.tables)
    for (; t->opened < t->stamps.size() and t->stamps[t->opened] <= stamp; ++t->opened)
      t->taken[t->opened].resize(t->variables.size() * t->rows);
}

void snn_take_snapshot(long table, long number, double* values)
{
  std::vector<double>& taken = network.tables[table]->taken[number];
  std::copy(taken.begin(), taken.end(), values);
  std::vector<double>().swap(taken);
}

/* bring every synapse to a stamp; all its presynaptic arrivals up to then must have been delivered */
void snn_catch_up(long stamp)
{
  for (const auto& t : network.tables)
    for (long row = 0; row < t->rows and not t->rule->reads; ++row)
      if (t->done[row] <= stamp) reach(*t, row, *t->targets[row], stamp, true);
  for (Neuron* neuron : network.learners) neuron->forget(stamp);
}

long snn_counted()
{
  long total = 0;
  for (const long counted : network.counted) total += counted;
  return total;
}

/* what stopped the model, if anything did: complete steps, at what kind of thing, order, state, index, array, whether it is beyond
 * a bound; value, limit */
int snn_failure(int64_t* facts, double* numbers)
{
  const Failure& f = network.failure;
  const int64_t found[] = { f.step, f.at, f.order, f.place, f.index, f.sample, f.bounded };
  std::copy(found, found + 7, facts);
  numbers[0] = f.value;
  numbers[1] = f.limit;
  return f.any;
}
}
