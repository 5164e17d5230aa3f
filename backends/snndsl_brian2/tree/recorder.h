/* What is kept of a run: spikes, states, synapses; chunks, progress, stops.
 *
 * The program that started this one (run.py) writes a plan, one line a fact, whose path is in SNN_PLAN; this one writes
 * its arrays into the folder `out` of the plan and says so on its standard output, one JSON object a line.
 * Brian2's step j makes stamp j + 1. Steps after the last one of the plan are silent: only late synapses still run.
 */
#ifndef SNN_RECORDER_H
#define SNN_RECORDER_H

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "objects.h"

#include "records.h"

namespace snn
{

inline volatile sig_atomic_t& signal_flag()
{
  static volatile sig_atomic_t flag = 0;
  return flag;
}

inline void on_signal(int number) { signal_flag() = number; }

class Recorder
{
public:
  Model model;

  Recorder() : steps(0), chunk(1), now(0), kept(0), first(0), written(0), total(0), planned(0), latest(0), shown(0.0),
               range_stamp(-1.0), range_sample(0), range_index(0.0), bound_stamp(-1.0), number_stamp(-1.0) {}

  /* read the plan, fill Brian2's arrays; before the network runs */
  void start()
  {
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    try {
      const char* path = getenv("SNN_PLAN");
      if (!path) throw Problem("started without a plan: use run.py");
      std::ifstream plan(path);
      std::string line;
      while (std::getline(plan, line)) fact(line);
      check_complete();
      std::map<std::string, Synapses>::const_iterator it;
      for (it = model.synapses.begin(); it != model.synapses.end(); ++it)
        if (!it->second.states.empty() && !it->second.dendritic.empty())
          latest = std::max(latest, int64_t(*std::max_element(it->second.dendritic.begin(), it->second.dendritic.end())));
      for (size_t k = 0; k < states.size(); ++k) states[k].keep(0);
      say("{" + entry("event", "phase") + ", " + entry("name", "simulate") + "}");
      if (over(0)) {
        commit(0);
        finish();
      }
    } catch (const Problem& problem) {
      fail(entry("what", problem.what()), now);
    }
  }

  /* add what synapses carry to their ports; the first that carries too much stops the run, before its neurons do */
  double carry()
  {
    int64_t order = 0;
    std::map<std::string, Synapses>::const_iterator it;
    for (it = model.synapses.begin(); now < steps && it != model.synapses.end(); ++it, ++order) {
      const int64_t k = it->second.carries_too_much();
      const int64_t place[] = { now + 1, 1, -1, order, 0, k };
      if (k < 0) continue;
      consider(place, entry("carried", it->first) + ", " + entry("index", it->second.row[k]) + ", "
        + number("value", (*it->second.carried)[k]) + ", " + number("bound", it->second.limit(k)));
    }
    return model.add_carried();
  }

  double inject(int64_t step)
  {
    model.show(step);
    if (step < steps) model.deliver(step);
    return 0.0;
  }

  /* synapses whose stamp has passed: between the post spikes of stamp `step` - b and the pre spikes of the next one;
   * with post spikes first: at the end of the step before */
  double snapshot(int64_t step, bool post_first)
  {
    for (size_t k = 0; k < snapshots.size(); ++k) {
      Snapshot& shot = snapshots[k];
      if (shot.stamp > step || shot.last_step < step || shot.stamp > steps) continue;
      for (size_t p = 0; p < shot.parts.size(); ++p) {
        const Synapses& group = model.synapses[shot.parts[p]];
        if (group.post_first == post_first) shot.take(group, step - shot.stamp);
      }
    }
    return 0.0;
  }

  double record(int64_t step)
  {
    try {
      now = step + 1;
      check_events();
      snapshot(now, true);
      for (size_t k = 0; k < snapshots.size(); ++k)
        if (snapshots[k].last_step == step && snapshots[k].stamp <= steps && !failed_before(snapshots[k].stamp))
          snapshots[k].write(out);
      if (now <= steps && cause.empty()) keep();
      if (!cause.empty()) {
        if (now >= cause[0] + latest + (cause[1] == 2) || over(now)) fail(cause_facts, cause[0]);
        return 0.0;
      }
      if (now < steps && signal_flag()) steps = now;
      if (now < steps && now % chunk == 0) commit(now);
      if (over(now)) {
        commit(steps);
        Network::_globally_stopped = true;
      } else progress();
    } catch (const Problem& problem) {
      fail(entry("what", problem.what()), now);
    }
    return 0.0;
  }

  /* a tick of a rule has something to do in the step that runs now */
  bool due(size_t gate) const { return model.gates[gate].due(now); }

  void finish()
  {
    if (!over(now)) fail(entry("what", "more steps than Brian2 can count"), now);
    fflush(stdout);
    _exit(steps < planned ? 128 + signal_flag() : 0);
  }

  void out_of_range(int number, double index, double stamp)
  {
    if (stamp > double(steps) || (range_stamp >= 0.0 && range_stamp <= stamp)) return;
    range_stamp = stamp;
    range_sample = number;
    range_index = index;
  }

  void out_of_bound(double stamp)
  {
    if (stamp <= double(steps) && (bound_stamp < 0.0 || stamp < bound_stamp)) bound_stamp = stamp;
  }

  void out_of_limits(double stamp)
  {
    if (stamp <= double(steps) && (number_stamp < 0.0 || stamp < number_stamp)) number_stamp = stamp;
  }

private:
  int64_t steps, chunk, now, kept, first, written, total, planned, latest;  // latest: the largest dendritic part
  double shown, range_stamp;
  int range_sample;
  double range_index, bound_stamp, number_stamp;
  std::string out;
  std::vector<SpikeRecord> spikes;
  std::vector<StateRecord> states;
  std::vector<Snapshot> snapshots;
  std::vector<Watched> watched;
  std::vector<std::string> sample_names;

  /* Why the run fails. Synapses run late, so that something earlier may still be found; the earliest counts, in the order of
   * stamp, phase (early arrivals, neurons, the rest), population or synapses, event, variable, index. Empty: it does not. */
  std::vector<int64_t> cause;
  std::string cause_facts;

  void consider(const int64_t (&place)[6], const std::string& facts)
  {
    const std::vector<int64_t> found(place, place + 6);
    if (!cause.empty() && cause <= found) return;
    cause = found;
    cause_facts = facts;
  }

  bool failed_before(int64_t stamp) const { return !cause.empty() && cause[0] <= stamp; }

  static std::string rest(std::istringstream& words)
  {
    std::string text;
    words >> std::ws;
    std::getline(words, text);
    return text;
  }

  void fact(const std::string& line)
  {
    std::istringstream words(line);
    std::string what, a, b, c;
    words >> what;
    if (what == "steps") {
      words >> steps;
      planned = steps;
    } else if (what == "chunk") words >> chunk;
    else if (what == "trial") words >> model.trial;
    else if (what == "out") out = rest(words);
    else if (what == "key") model.keys.push_back(strtod(rest(words).c_str(), NULL));
    else if (what == "sample") {
      words >> a;
      sample_names.push_back(a);
      model.samples.push_back(read_npy<double>(rest(words)));
    } else if (what == "connect") {
      words >> a;
      model.connect(a, rest(words));
    } else if (what == "population" || what == "synapses") {
      words >> a >> b >> c;
      if (what == "population") model.set_population(a, b, c, rest(words));
      else model.set_synapses(a, b, c, rest(words));
    } else if (what == "source") {
      words >> a;
      model.source(a, rest(words));
    } else if (what == "inject") {
      words >> a >> b;
      model.inject(a, b, rest(words));
    } else if (what == "read") {
      words >> a >> b;
      model.shown.push_back(value(a, b));
      model.before.push_back(0.0);
    } else if (what == "past") {
      int64_t steps_kept;
      words >> a >> b >> steps_kept;
      model.pasts.push_back(Past(value(a, b), model.population(a).size, steps_kept));
    } else if (what == "watch") {
      words >> a >> b;
      Limits limits;
      double low, high;
      if (words >> low >> high) limits = Limits(low, high);
      const Watched watch = { a, b, value(a, b), model.population(a).size, limits };
      watched.push_back(watch);
    } else if (what == "limits") {
      words >> a >> b;
      double low, high;
      if (words >> low >> high) model.connection(a).limits[b] = Limits(low, high);
    } else record_fact(what, words);
  }

  void record_fact(const std::string& what, std::istringstream& words)
  {
    std::string name;
    if (what == "spikes") {
      std::string kind;
      words >> name >> kind;
      SpikeRecord record;
      record.group = &model.population(name);
      if (kind == "file") {
        record.chosen.assign(record.group->size, 0);
        const std::vector<int32_t> neurons = read_npy<int32_t>(rest(words));
        for (size_t k = 0; k < neurons.size(); ++k) record.chosen.at(neurons[k]) = 1;
      }
      spikes.push_back(record);
    } else if (what == "states") {
      StateRecord record;
      words >> record.population >> record.name >> record.variable >> record.first >> record.last >> record.period;
      record.values = value(record.population, record.variable);
      record.neurons = read_npy<int32_t>(rest(words));
      states.push_back(record);
    } else if (what == "snapshot") {
      Snapshot shot;
      size_t rows;
      words >> shot.projection >> shot.variable >> shot.stamp >> rows;
      shot.values.assign(rows, NAN);
      shot.last_step = shot.stamp;
      while (words >> name) {
        const std::vector<int32_t>& late = model.connection(name).dendritic;
        if (!late.empty()) shot.last_step = std::max(shot.last_step, shot.stamp + *std::max_element(late.begin(), late.end()));
        shot.parts.push_back(name);
      }
      snapshots.push_back(shot);
    } else throw Problem("the plan says " + what);
  }

  const double* value(const std::string& population, const std::string& variable)
  {
    Population& group = model.population(population);
    if (!group.values.count(variable)) throw Problem("population " + population + " has no variable " + variable);
    return group.values[variable];
  }

  void check_complete()
  {
    std::map<std::string, Synapses>::const_iterator it;
    for (it = model.synapses.begin(); it != model.synapses.end(); ++it) {
      std::map<std::string, std::vector<double>*>::const_iterator v;
      for (v = it->second.values.begin(); v != it->second.values.end(); ++v)
        if (v->second->size() != it->second.rows()) throw Problem("synapses " + it->first + ": no values for " + v->first);
    }
  }

  /* spikes and states of stamp `now`, if its states are what they may be */
  void keep()
  {
    for (size_t k = 0; k < watched.size(); ++k) {
      const int i = watched[k].first_wrong();
      if (i < 0) continue;
      const int64_t place[] = { now, 1, int64_t(k), 0, 0, i };
      consider(place, value_facts(watched[k].population, i, watched[k].variable, watched[k].values[i], false));
      return;
    }
    kept = now;
    for (size_t k = 0; k < spikes.size(); ++k) total += spikes[k].keep();
    for (size_t k = 0; k < states.size(); ++k) states[k].keep(now);
  }

  /* what statements have reported: it may belong to an earlier stamp, since synapses run late */
  void check_events()
  {
    if (range_stamp >= 0.0) {
      const int64_t place[] = { int64_t(range_stamp), 1, 0, 0, 0, 0 };
      consider(place, entry("sample", sample_names[range_sample]) + ", " + number("index", range_index));
    }
    if (number_stamp >= 0.0 || bound_stamp >= 0.0) {
      int64_t group = 0;
      std::map<std::string, Synapses>::const_iterator it;
      for (it = model.synapses.begin(); it != model.synapses.end(); ++it, ++group)
        for (int event = 0; event < 3; ++event) consider_synapses(it->second, group, Synapses::Event(event));
    }
    range_stamp = number_stamp = bound_stamp = -1.0;
  }

  void consider_synapses(const Synapses& group, int64_t number, Synapses::Event event)
  {
    for (size_t s = 0; s < group.states.size() && number_stamp >= 0.0; ++s) {
      const int64_t stamp = int64_t(number_stamp);
      const int64_t k = exempt(group.states[s]) ? -1 : group.out_of_limits(group.states[s], now - stamp, event);
      const int64_t place[] = { stamp, event ? 2 : 0, number, event, int64_t(s), k };
      if (k >= 0) consider(place, synapse_facts(group, group.states[s], k, false));
    }
    if (bound_stamp >= 0.0) {
      const int64_t stamp = int64_t(bound_stamp), k = group.out_of_bound(now - stamp, event);
      const int64_t place[] = { stamp, event ? 2 : 0, number, event, int64_t(group.states.size()), k };
      if (k >= 0) consider(place, synapse_facts(group, "w", k, true));
    }
  }

  static std::string synapse_facts(const Synapses& group, const std::string& state, int64_t k, bool bounded)
  {
    return value_facts(group.name, group.row[k], state, (*group.values.find(state)->second)[k], bounded);
  }

  /* times of the last events, which are infinite before the first */
  static bool exempt(const std::string& name) { return name.size() > 2 && name.compare(name.size() - 2, 2, "__") == 0; }

  static std::string number(const std::string& key, double value)
  {
    char text[40];
    snprintf(text, sizeof(text), "%.17g", value);
    return entry(key, text);
  }

  static std::string value_facts(const std::string& owner, int64_t place, const std::string& variable, double value, bool bounded)
  {
    return entry("owner", owner) + ", " + entry("index", place) + ", " + entry("variable", variable) + ", "
      + number("value", value) + ", " + entry("bounded", bounded ? "1" : "0");
  }

  /* nothing is left to do after stamp n */
  bool over(int64_t n) const
  {
    if (n < steps) return false;
    for (size_t k = 0; k < snapshots.size(); ++k)
      if (snapshots[k].stamp <= steps && snapshots[k].last_step >= n) return false;
    return true;
  }

  void commit(int64_t last)
  {
    char number[32];
    snprintf(number, sizeof(number), "/%06lld", (long long)written);
    for (size_t k = 0; k < spikes.size(); ++k) spikes[k].write(out + number);
    for (size_t k = 0; k < states.size(); ++k) states[k].write(out + number);
    say("{" + entry("event", "chunk") + ", " + entry("number", written) + ", " + entry("first_step", first + 1) + ", "
      + entry("last_step", last) + "}");
    ++written;
    first = last;
  }

  void progress()
  {
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    const double seconds = double(clock.tv_sec) + 1e-9 * double(clock.tv_nsec);
    if (seconds - shown < 0.2) return;
    if (shown > 0.0) say("{" + entry("event", "progress") + ", " + entry("step", now) + ", " + entry("spikes", total) + "}");
    shown = seconds;
  }

  /* `facts`: what run.py makes a sentence of */
  void fail(const std::string& facts, int64_t step)
  {
    try {
      if (!cause.empty() && (kept > first || written == 0)) commit(kept);
    } catch (const Problem&) {
    }
    say("{" + entry("event", "failed") + ", " + facts + ", " + entry("step", step) + "}");
    _exit(4);
  }
};

inline Recorder& recorder()
{
  static Recorder one;
  return one;
}

}  // namespace snn

#endif
