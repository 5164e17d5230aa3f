/* Brian2's arrays by name, and their filling from data/ when the program starts: no number is compiled in. */
#ifndef SNN_MODEL_H
#define SNN_MODEL_H

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <map>
#include <set>
#include <sstream>

#include "npy.h"

namespace snn
{

/* Between what values a state may be; if nothing is said, any finite number. */
struct Limits
{
  double low, high;
  Limits(double least = -DBL_MAX, double largest = DBL_MAX) : low(least), high(largest) {}
  bool hold(double x) const { return x >= low && x <= high; }  // not for what is no number
};

/* Names and what they name, as main() lists them. */
template <class T> struct Names
{
  typedef std::initializer_list<std::pair<const char*, T*> > list;
};

/* One end of synapses: a population and its size. */
struct End
{
  const char* name;
  int size;
};

struct Population
{
  std::string name;
  int size;
  int32_t* spikes;  // the neurons that spike in this step, in order; their number is the last entry
  std::map<std::string, double*> values;  // one of each neuron
  std::map<std::string, double*> shared;  // one number for all
  std::vector<int32_t> *timebins, *neurons;  // of a source: its SpikeGeneratorGroup
  int spiked() const { return spikes[size]; }
};

struct Synapses
{
  std::string name, source, target;
  int sources, targets;
  int32_t* count;
  std::vector<int32_t> *pre, *post, *n_outgoing, *n_incoming;
  std::vector<double> *pre_delay, *post_delay;
  std::vector<double>* carried;     // what each adds to its port in this step, of those that carry a value
  double* into;                     // that port, by target
  bool post_first;
  std::map<std::string, std::vector<double>*> values;
  std::map<std::string, std::vector<int32_t>*> integers;  // dendritic, row
  std::map<std::string, double*> shared;
  std::vector<int32_t> axonal, dendritic;
  std::vector<int64_t> row;
  std::vector<std::string> states;  // in the order of the rule
  std::map<std::string, Limits> limits;
  std::string bound;                // the parameter that bounds the weight, or what is carried; or none
  Synapses() : carried(NULL), into(NULL) {}
  size_t rows() const { return pre->size(); }

  /* whether an event of a synapse that runs now may have happened `late` steps ago: an arrival (EARLY where the spike was of
   * an earlier step, DIRECT where the axonal part is 0), or a POST spike, which runs one step later */
  enum Event { EARLY, DIRECT, POST };
  bool runs(size_t k, int64_t late, Event event) const
  {
    return event == POST ? dendritic[k] + 1 == late : dendritic[k] == late && (axonal[k] == 0) == (event == DIRECT);
  }

  /* how large the weight of a synapse may be, or what it carries */
  double limit(size_t k) const { return shared.count(bound) ? *shared.find(bound)->second : (*values.find(bound)->second)[k]; }

  /* the first of these synapses whose weight exceeds the bound of its rule, or -1 */
  int64_t out_of_bound(int64_t late, Event event) const
  {
    if (bound.empty() || carried) return -1;
    const std::vector<double>& w = *values.find("w")->second;
    for (size_t k = 0; k < w.size(); ++k)
      if (runs(k, late, event) && fabs(w[k]) > fabs(limit(k))) return int64_t(k);
    return -1;
  }

  /* the first of these synapses that carries more than sums are exact for, or no finite number, or -1 */
  int64_t carries_too_much() const
  {
    for (size_t k = 0; carried && k < carried->size(); ++k)
      if (!(fabs((*carried)[k]) <= limit(k))) return int64_t(k);
    return -1;
  }

  /* the first of these synapses whose state is not what it may be, or -1 */
  int64_t out_of_limits(const std::string& state, int64_t late, Event event) const
  {
    const std::vector<double>& x = *values.find(state)->second;
    const Limits allowed = limits.count(state) ? limits.find(state)->second : Limits();
    for (size_t k = 0; k < x.size(); ++k)
      if (runs(k, late, event) && !allowed.hold(x[k])) return int64_t(k);
    return -1;
  }
};

/* A tick of a rule: Brian2 calls its code only in the steps in which one of the synapses is due. */
struct Gate
{
  std::string synapses;
  int64_t period;
  std::vector<int64_t> parts;  // the dendritic parts that occur
  bool due(int64_t step) const
  {
    for (size_t k = 0; k < parts.size(); ++k) {
      const int64_t stamp = step + 1 - parts[k];
      if (stamp > 0 && stamp % period == 0) return true;
    }
    return false;
  }
};

/* A state at the last stamps, as many as a value travels at most; before stamp 0 it is what it is at stamp 0. */
struct Past
{
  const double* values;
  int64_t size, depth, present;
  std::vector<double> ring;
  Past(const double* x, int64_t n, int64_t stamps) : values(x), size(n), depth(stamps), present(0), ring(n * stamps, 0.0) {}
  void keep(int64_t stamp)
  {
    present = stamp;
    std::copy(values, values + size, ring.begin() + (stamp % depth) * size);
  }
  double at(int64_t i, int64_t lag) const { return ring[(std::max(present + 1 - lag, int64_t(0)) % depth) * size + i]; }
};

/* A sum over the synapses of a projection that share a neuron, added in the order of its rows. */
struct Total
{
  std::vector<std::string> parts;
  std::string variable;
  int64_t period, late;
  bool by_source;
  std::vector<double*> places;  // in the order of the rows: what a synapse adds, then what it amounts to
  std::vector<size_t> ends;     // the number of its neuron
  std::vector<double> sums;     // by neuron

  void add_up()
  {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (size_t k = 0; k < places.size(); ++k) sums[ends[k]] += *places[k];
    for (size_t k = 0; k < places.size(); ++k) *places[k] = sums[ends[k]];
  }
};

struct Injection
{
  double* port;
  std::vector<int64_t> step;
  std::vector<int32_t> neuron;
  std::vector<double> amount;
  size_t next;
};

struct Model
{
  std::map<std::string, Population> populations;
  std::map<std::string, Synapses> synapses;
  std::vector<Gate> gates;
  std::vector<Total> totals;
  std::vector<Injection> injections;
  std::vector<std::vector<double> > samples;
  std::vector<double> keys;
  std::vector<const double*> shown;  // states that others read
  std::vector<double> before;        // what they were before the step
  std::vector<Past> pasts;
  double trial;

  Model() : trial(0.0) {}

  void add_population(const char* name, int size, int32_t* spikes, Names<double>::list values, Names<double>::list shared)
  {
    Population& group = populations[name];
    group.name = name;
    group.size = size;
    group.spikes = spikes;
    group.values.insert(values.begin(), values.end());
    group.shared.insert(shared.begin(), shared.end());
  }

  void spikes_of(const char* name, std::vector<int32_t>* timebins, std::vector<int32_t>* neurons)
  {
    populations[name].timebins = timebins;
    populations[name].neurons = neurons;
  }

  void add_synapses(const char* name, End source, End target, bool post_first, std::vector<int32_t>* pre,
    std::vector<int32_t>* post, std::vector<int32_t>* n_outgoing, std::vector<int32_t>* n_incoming, int32_t* count,
    std::vector<double>* pre_delay, std::vector<double>* post_delay, std::initializer_list<const char*> states,
    Names<std::vector<int32_t> >::list integers, Names<std::vector<double> >::list values, Names<double>::list shared,
    const char* bound)
  {
    Synapses& group = synapses[name];
    group.name = name;
    group.source = source.name;
    group.sources = source.size;
    group.target = target.name;
    group.targets = target.size;
    group.post_first = post_first;
    group.pre = pre;
    group.post = post;
    group.n_outgoing = n_outgoing;
    group.n_incoming = n_incoming;
    group.count = count;
    group.pre_delay = pre_delay;
    group.post_delay = post_delay;
    group.states.assign(states.begin(), states.end());
    group.integers.insert(integers.begin(), integers.end());
    group.values.insert(values.begin(), values.end());
    group.shared.insert(shared.begin(), shared.end());
    group.bound = bound;
  }

  void carry(const char* name, std::vector<double>* carried, double* into)
  {
    synapses[name].carried = carried;
    synapses[name].into = into;
  }

  void add_gate(const char* name, int64_t period)
  {
    gates.push_back(Gate());
    gates.back().synapses = name;
    gates.back().period = period;
  }

  void add_total(std::initializer_list<const char*> parts, const char* variable, int64_t period, bool by_source)
  {
    totals.push_back(Total());
    totals.back().parts.assign(parts.begin(), parts.end());
    totals.back().variable = variable;
    totals.back().period = period;
    totals.back().by_source = by_source;
  }

  Population& population(const std::string& name)
  {
    if (!populations.count(name)) throw Problem("no population " + name);
    return populations[name];
  }

  Synapses& connection(const std::string& name)
  {
    if (!synapses.count(name)) throw Problem("no synapses " + name);
    return synapses[name];
  }

  /* the values of a parameter or state: one number, or an array file of one number for each */
  static std::vector<double> numbers(const std::string& kind, const std::string& text, size_t size)
  {
    if (kind == "number") return std::vector<double>(size, strtod(text.c_str(), NULL));
    return read_column<double>(text, size);
  }

  void set_population(const std::string& name, const std::string& variable, const std::string& kind, const std::string& text)
  {
    Population& group = population(name);
    if (set_shared(group, variable, kind, text)) return;
    if (!group.values.count(variable)) throw Problem("population " + name + " has no variable " + variable);
    const std::vector<double> values = numbers(kind, text, group.size);
    std::copy(values.begin(), values.end(), group.values[variable]);
  }

  void set_synapses(const std::string& name, const std::string& variable, const std::string& kind, const std::string& text)
  {
    Synapses& group = connection(name);
    if (set_shared(group, variable, kind, text)) return;
    if (!group.values.count(variable)) throw Problem("synapses " + name + " have no variable " + variable);
    *group.values[variable] = numbers(kind, text, group.rows());
  }

  /* set a parameter that is one number for all of a group; tell whether it is one */
  template <class Group>
  static bool set_shared(Group& group, const std::string& variable, const std::string& kind, const std::string& text)
  {
    if (!group.shared.count(variable)) return false;
    if (kind != "number") throw Problem(text + ": " + variable + " of " + group.name + " is one number for all");
    *group.shared[variable] = strtod(text.c_str(), NULL);
    return true;
  }

  /* what Synapses.connect and the delays of its pathways are in a script */
  void connect(const std::string& name, const std::string& folder)
  {
    Synapses& group = connection(name);
    *group.pre = read_npy<int32_t>(folder + "/pre.npy");
    const size_t rows = group.rows();
    *group.post = read_column<int32_t>(folder + "/post.npy", rows);
    group.dendritic = read_column<int32_t>(folder + "/dendritic.npy", rows);
    group.row = read_column<int64_t>(folder + "/row.npy", rows);
    group.axonal = read_column<int32_t>(folder + "/axonal.npy", rows);
    group.n_outgoing->assign(group.sources, 0);
    group.n_incoming->assign(group.targets, 0);
    if (group.pre_delay) group.pre_delay->resize(rows);
    if (group.post_delay) group.post_delay->resize(rows);
    for (size_t k = 0; k < rows; ++k) {
      const int i = (*group.pre)[k], j = (*group.post)[k], a = group.axonal[k], b = group.dendritic[k];
      if (i < 0 || i >= group.sources || j < 0 || j >= group.targets || a < 0 || b < 0 || a + b < 1)
        throw Problem("row " + std::to_string(k) + " of " + folder + " is no synapse");
      ++(*group.n_outgoing)[i];
      ++(*group.n_incoming)[j];
      if (group.pre_delay) (*group.pre_delay)[k] = a + b - 1;
      if (group.post_delay) (*group.post_delay)[k] = group.post_first ? 2 * b - 1 : 2 * b;
    }
    *group.count = int32_t(rows);
    std::map<std::string, std::vector<int32_t>*>::iterator it;
    for (it = group.integers.begin(); it != group.integers.end(); ++it) {
      if (it->first == "row") it->second->assign(group.row.begin(), group.row.end());
      else if (it->first == "lag") {
        it->second->resize(rows);
        for (size_t k = 0; k < rows; ++k) (*it->second)[k] = group.axonal[k] + group.dendritic[k];
      } else *it->second = group.dendritic;
    }
    if (group.carried) group.carried->assign(rows, 0.0);
    for (size_t g = 0; g < gates.size(); ++g)
      if (gates[g].synapses == name) {
        const std::set<int64_t> parts(group.dendritic.begin(), group.dendritic.end());
        gates[g].parts.assign(parts.begin(), parts.end());
      }
  }

  /* spikes of a source: stamp 0 waits where the first step looks, stamp s is a spike of Brian2's step s - 1 */
  void source(const std::string& name, const std::string& folder)
  {
    Population& group = population(name);
    const std::vector<int64_t> stamp = read_npy<int64_t>(folder + "/stamp.npy");
    const std::vector<int32_t> neuron = read_npy<int32_t>(folder + "/neuron.npy");
    if (stamp.size() != neuron.size()) throw Problem("the columns of " + folder + " are of unequal length");
    int now = 0;
    for (size_t k = 0; k < stamp.size(); ++k) {
      if (neuron[k] < 0 || neuron[k] >= group.size || stamp[k] < 0)
        throw Problem("row " + std::to_string(k) + " of " + folder + " is no spike");
      if (stamp[k] == 0) {
        group.spikes[now++] = neuron[k];
      } else {
        group.timebins->push_back(int32_t(stamp[k] - 1));
        group.neurons->push_back(neuron[k]);
      }
    }
    group.spikes[group.size] = now;
  }

  void inject(const std::string& name, const std::string& port, const std::string& folder)
  {
    Population& group = population(name);
    if (!group.values.count(port)) throw Problem("population " + name + " has no port " + port);
    Injection events;
    events.port = group.values[port];
    events.step = read_npy<int64_t>(folder + "/step.npy");
    events.neuron = read_npy<int32_t>(folder + "/neuron.npy");
    events.amount = read_npy<double>(folder + "/amount.npy");
    events.next = 0;
    if (events.neuron.size() != events.step.size() || events.amount.size() != events.step.size())
      throw Problem("the columns of " + folder + " are of unequal length");
    for (size_t k = 0; k < events.step.size(); ++k)
      if (events.neuron[k] < 0 || events.neuron[k] >= group.size)
        throw Problem("row " + std::to_string(k) + " of " + folder + " is no event");
    injections.push_back(events);
  }

  /* at the beginning of a step: populations are updated one after the other */
  void show(int64_t step)
  {
    for (size_t k = 0; k < shown.size(); ++k) before[k] = *shown[k];
    for (size_t k = 0; k < pasts.size(); ++k) pasts[k].keep(step);
  }

  /* add what synapses carry to their ports, before the update of the neurons */
  double add_carried()
  {
    std::map<std::string, Synapses>::const_iterator it;
    for (it = synapses.begin(); it != synapses.end(); ++it) {
      if (!it->second.carried) continue;
      const std::vector<double>& carried = *it->second.carried;
      for (size_t k = 0; k < carried.size(); ++k) it->second.into[(*it->second.post)[k]] += carried[k];
    }
    return 0.0;
  }

  /* a sum that ticks of this step ask for */
  double total(int number, int64_t step)
  {
    Total& sum = totals[number];
    if (sum.places.empty()) gather(sum);
    const int64_t stamp = step + 1 - sum.late;
    if (stamp > 0 && stamp % sum.period == 0) sum.add_up();
    return 0.0;
  }

  void gather(Total& sum)
  {
    std::map<std::pair<std::string, int>, size_t> numbers;
    std::vector<std::pair<int64_t, std::pair<double*, size_t> > > rows;
    sum.late = 0;
    for (size_t p = 0; p < sum.parts.size(); ++p) {
      Synapses& group = connection(sum.parts[p]);
      for (size_t k = 0; k < group.rows(); ++k) {
        const std::pair<std::string, int> end =
          sum.by_source ? std::make_pair(group.source, (*group.pre)[k]) : std::make_pair(group.target, (*group.post)[k]);
        const size_t number = numbers.insert(std::make_pair(end, numbers.size())).first->second;
        rows.push_back(std::make_pair(group.row[k], std::make_pair(&(*group.values[sum.variable])[k], number)));
        sum.late = group.dendritic[k];  // equal for all
      }
    }
    std::sort(rows.begin(), rows.end());
    for (size_t k = 0; k < rows.size(); ++k) {
      sum.places.push_back(rows[k].second.first);
      sum.ends.push_back(rows[k].second.second);
    }
    sum.sums.assign(numbers.size(), 0.0);
  }

  /* add the events of a step to their ports, before the update of the neurons */
  void deliver(int64_t step)
  {
    for (size_t k = 0; k < injections.size(); ++k) {
      Injection& events = injections[k];
      for (; events.next < events.step.size() && events.step[events.next] <= step; ++events.next)
        if (events.step[events.next] == step) events.port[events.neuron[events.next]] += events.amount[events.next];
    }
  }
};

}  // namespace snn

#endif
