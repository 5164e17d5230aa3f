/* What is kept of a run: spikes, states, synapses; chunks, progress, stops.
 *
 * The program that started this one (run.py) writes a plan, one line a fact, whose path is in SNN_PLAN; this one writes
 * its arrays into the folder `out` of the plan and says so on its standard output, one JSON object a line.
 * Brian2's step j makes stamp j + 1. Steps after the last one of the plan are silent: only late synapses still run.
 */
#ifndef SNN_RECORDER_H
#define SNN_RECORDER_H

#include <math.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "objects.h"

#include "model.h"

namespace snn
{

inline volatile sig_atomic_t& signal_flag()
{
  static volatile sig_atomic_t flag = 0;
  return flag;
}

inline void on_signal(int number) { signal_flag() = number; }

struct SpikeRecord
{
  std::string population;
  const Population* group;
  std::vector<char> chosen;  // empty: all
  std::vector<uint32_t> neuron, count;
};

struct StateRecord
{
  std::string population, name, variable;
  const double* values;
  int64_t first, last, period;
  std::vector<int32_t> neurons;
  std::vector<double> samples;
};

struct Snapshot
{
  std::string projection, variable;
  int64_t stamp, last_step;
  std::vector<std::string> parts;
  std::vector<double> values;
};

struct Watched
{
  std::string population, variable;
  const double* values;
  int size;
};

class Recorder
{
public:
  Model model;

  Recorder() : steps(0), chunk(1), now(0), first(0), written(0), total(0), planned(0), shown(0.0), range_stamp(-1.0),
               range_sample(0), range_index(0.0), bound_stamp(-1.0) {}

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
      initial_states();
      say("{\"event\": \"phase\", \"name\": \"simulate\"}");
      if (over(0)) finish();
    } catch (const Problem& problem) {
      fail("simulator", problem.what(), "", now);
    }
  }

  double inject(int64_t step)
  {
    if (step < steps) model.deliver(step);
    return 0.0;
  }

  /* synapses whose stamp has passed: between the post spikes of stamp `step` - b and the pre spikes of the next one;
   * post spikes come first in rules that say so: then at the end of the step before */
  double snapshot(int64_t step, bool post_first)
  {
    for (size_t k = 0; k < snapshots.size(); ++k) {
      Snapshot& shot = snapshots[k];
      if (shot.stamp > step || shot.last_step < step || shot.stamp > steps) continue;
      for (size_t p = 0; p < shot.parts.size(); ++p) take(shot, model.synapses[shot.parts[p]], step - shot.stamp, post_first);
    }
    return 0.0;
  }

  double record(int64_t step)
  {
    try {
      now = step + 1;
      check_events();
      snapshot(now, true);
      finished_snapshots(step);
      if (now <= steps) keep();
      const int stop = signal_flag();
      if (now < steps && stop) steps = now;
      if (now == steps || (now < steps && now % chunk == 0)) commit(now);
      if (over(now)) Network::_globally_stopped = true;
      else progress();
    } catch (const Problem& problem) {
      fail("simulator", problem.what(), "", now);
    }
    return 0.0;
  }

  /* a tick of a rule has something to do in the step that runs now */
  bool due(size_t gate) const { return model.gates[gate].due(now); }

  void finish()
  {
    fflush(stdout);
    _exit(signal_flag() && stopped() ? 128 + signal_flag() : 0);
  }

  void out_of_range(int number, double index, double stamp)
  {
    if (range_stamp >= 0.0 || stamp > double(steps)) return;
    range_stamp = stamp;
    range_sample = number;
    range_index = index;
  }

  void out_of_bound(double stamp)
  {
    if (bound_stamp < 0.0 && stamp <= double(steps)) bound_stamp = stamp;
  }

private:
  int64_t steps, chunk, now, first, written, total, planned;
  double shown;
  double range_stamp;
  int range_sample;
  double range_index, bound_stamp;
  std::string out;
  std::vector<SpikeRecord> spikes;
  std::vector<StateRecord> states;
  std::vector<Snapshot> snapshots;
  std::vector<Watched> watched;
  std::vector<std::string> sample_names;

  bool stopped() const { return steps < planned; }

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
    } else record_fact(what, words);
  }

  void record_fact(const std::string& what, std::istringstream& words)
  {
    if (what == "watch") {
      Watched watch;
      words >> watch.population >> watch.variable;
      watch.values = value(watch.population, watch.variable);
      watch.size = model.population(watch.population).size;
      watched.push_back(watch);
    } else if (what == "spikes") {
      SpikeRecord record;
      std::string kind;
      words >> record.population >> kind;
      record.group = &model.population(record.population);
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
      std::string part;
      words >> shot.projection >> shot.variable >> shot.stamp >> rows;
      shot.values.assign(rows, NAN);
      shot.last_step = shot.stamp;
      while (words >> part) {
        const std::vector<int32_t>& late = model.connection(part).dendritic;
        if (!late.empty()) shot.last_step = std::max(shot.last_step, shot.stamp + *std::max_element(late.begin(), late.end()));
        shot.parts.push_back(part);
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

  static void say(const std::string& line)
  {
    printf("%s\n", line.c_str());
    fflush(stdout);
  }

  void initial_states()
  {
    for (size_t k = 0; k < states.size(); ++k)
      if (states[k].first == 0) sample(states[k]);
  }

  static void sample(StateRecord& record)
  {
    for (size_t k = 0; k < record.neurons.size(); ++k) record.samples.push_back(record.values[record.neurons[k]]);
  }

  /* spikes and states of stamp `now`, if it is a right one */
  void keep()
  {
    check_numbers();
    for (size_t k = 0; k < spikes.size(); ++k) {
      SpikeRecord& record = spikes[k];
      const int spiked = record.group->spiked();
      const size_t before = record.neuron.size();
      for (int s = 0; s < spiked; ++s)
        if (record.chosen.empty() || record.chosen[record.group->spikes[s]]) record.neuron.push_back(record.group->spikes[s]);
      record.count.push_back(uint32_t(record.neuron.size() - before));
      total += int64_t(record.neuron.size() - before);
    }
    for (size_t k = 0; k < states.size(); ++k) {
      StateRecord& record = states[k];
      if (now >= record.first && now <= record.last && (now - record.first) % record.period == 0) sample(record);
    }
  }

  /* what statements have reported: it may belong to an earlier stamp, since synapses run late */
  void check_events()
  {
    if (range_stamp >= 0.0) {
      char text[200];
      snprintf(text, sizeof(text), "index %.17g of sample %s is out of range at stamp %.0f", range_index,
               sample_names[range_sample].c_str(), range_stamp);
      fail("sample", text, "", int64_t(range_stamp));
    }
    if (bound_stamp >= 0.0) fail_bound();
  }

  void check_numbers()
  {
    for (size_t k = 0; k < watched.size(); ++k) {
      const Watched& watch = watched[k];
      double sum = 0.0;
      for (int i = 0; i < watch.size; ++i) sum += watch.values[i] * 0.0;
      if (sum == 0.0) continue;
      for (int i = 0; i < watch.size; ++i)
        if (!(fabs(watch.values[i]) <= 1.7976931348623157e308)) {
          const std::string where = "\"population\": \"" + watch.population + "\", \"neuron\": " + std::to_string(i)
            + ", \"variable\": \"" + watch.variable + "\", ";
          fail("non-finite", watch.variable + " of neuron " + std::to_string(i) + " of " + watch.population
            + " is not a finite number at stamp " + std::to_string(now), where, now);
        }
    }
  }

  void fail_bound()
  {
    std::string which = "a synapse", where;
    std::map<std::string, Synapses>::const_iterator it;
    for (it = model.synapses.begin(); it != model.synapses.end() && where.empty(); ++it) {
      const Synapses& group = it->second;
      if (group.bound.empty()) continue;
      const std::vector<double>& w = *group.values.find(group.bounded)->second;
      for (size_t k = 0; k < w.size(); ++k) {
        const double limit = group.shared.count(group.bound) ? *group.shared.find(group.bound)->second
                                                             : (*group.values.find(group.bound)->second)[k];
        if (fabs(w[k]) <= limit) continue;
        which = "synapse " + std::to_string(group.row[k]) + " of " + group.name + " (" + std::to_string((*group.pre)[k])
          + " to " + std::to_string((*group.post)[k]) + ")";
        where = "\"population\": \"" + group.name + "\", \"neuron\": " + std::to_string(group.row[k]) + ", \"variable\": \""
          + group.bounded + "\", ";
        break;
      }
    }
    fail("bound", "the weight of " + which + " is larger than the bound of its rule at stamp "
      + std::to_string(int64_t(bound_stamp)), where, int64_t(bound_stamp));
  }

  void take(Snapshot& shot, const Synapses& group, int64_t late, bool post_first)
  {
    if (group.post_first != post_first) return;
    const bool known = group.values.count(shot.variable);  // else they are static
    const std::vector<double>& values = *group.values.find(known ? shot.variable : "weight")->second;
    for (size_t k = 0; k < group.rows(); ++k)
      if (group.dendritic[k] == late) shot.values.at(group.row[k]) = values[k];
  }

  void finished_snapshots(int64_t step)
  {
    for (size_t k = 0; k < snapshots.size(); ++k) {
      const Snapshot& shot = snapshots[k];
      if (shot.last_step != step || shot.stamp > steps) continue;
      const std::string file = "weights." + shot.projection + "." + shot.variable + "." + std::to_string(shot.stamp) + ".npy";
      write_npy(out + "/" + file, shot.values);
      say("{\"event\": \"snapshot\", \"projection\": \"" + shot.projection + "\", \"variable\": \"" + shot.variable
        + "\", \"stamp\": " + std::to_string(shot.stamp) + ", \"file\": \"" + file + "\"}");
    }
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
    snprintf(number, sizeof(number), "%06lld", (long long)written++);
    for (size_t k = 0; k < spikes.size(); ++k) {
      SpikeRecord& record = spikes[k];
      const std::string stem = out + "/" + number + ".spikes." + record.population;
      write_npy(stem + ".neuron.npy", record.neuron);
      write_npy(stem + ".count.npy", record.count);
      record.neuron.clear();
      record.count.clear();
    }
    for (size_t k = 0; k < states.size(); ++k) {
      StateRecord& record = states[k];
      const size_t width = record.neurons.size(), height = width ? record.samples.size() / width : 0;
      write_npy(out + "/" + number + ".states." + record.population + "." + record.variable + "." + record.name + ".npy",
                record.samples, "(" + std::to_string(height) + ", " + std::to_string(width) + ")");
      record.samples.clear();
    }
    say("{\"event\": \"chunk\", \"number\": " + std::to_string(written - 1) + ", \"first_step\": " + std::to_string(first + 1)
      + ", \"last_step\": " + std::to_string(last) + "}");
    first = last;
  }

  void progress()
  {
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    const double seconds = clock.tv_sec + 1e-9 * clock.tv_nsec;
    if (seconds - shown < 0.2) return;
    if (shown > 0.0)
      say("{\"event\": \"progress\", \"step\": " + std::to_string(now) + ", \"spikes\": " + std::to_string(total) + "}");
    shown = seconds;
  }

  void fail(const std::string& kind, const std::string& what, const std::string& where, int64_t step)
  {
    try {
      if (kind != "simulator" && now > first + 1 && now <= steps) commit(now - 1);
    } catch (const Problem&) {
    }
    std::string text;
    for (size_t k = 0; k < what.size(); ++k) {
      if (what[k] == '"' || what[k] == '\\') text += '\\';
      text += what[k];
    }
    say("{\"event\": \"failed\", \"kind\": \"" + kind + "\", \"what\": \"" + text + "\", " + where + "\"step\": "
      + std::to_string(step) + "}");
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
