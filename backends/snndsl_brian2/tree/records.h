/* What one line of the plan asks to keep: spikes, states, synapses at a stamp. */
#ifndef SNN_RECORDS_H
#define SNN_RECORDS_H

#include <math.h>

#include "model.h"
#include "vectors.h"

namespace snn
{

/* one JSON object a line, to the program that started this one */
inline void say(const std::string& line)
{
  printf("%s\n", line.c_str());
  fflush(stdout);
}

inline std::string quoted(const std::string& text)
{
  std::string made = "\"";
  for (size_t k = 0; k < text.size(); ++k) {
    if (text[k] == '"' || text[k] == '\\') made += '\\';
    made += text[k];
  }
  return made + "\"";
}

inline std::string entry(const std::string& key, const std::string& text) { return quoted(key) + ": " + quoted(text); }

inline std::string entry(const std::string& key, int64_t number) { return quoted(key) + ": " + std::to_string(number); }

struct SpikeRecord
{
  const Population* group;
  std::vector<char> chosen;  // empty: all
  std::vector<uint32_t> neuron, count;

  int64_t keep()
  {
    const size_t before = neuron.size();
    for (int s = 0; s < group->spiked(); ++s)
      if (chosen.empty() || chosen[group->spikes[s]]) neuron.push_back(uint32_t(group->spikes[s]));
    count.push_back(uint32_t(neuron.size() - before));
    return int64_t(count.back());
  }

  void write(const std::string& stem)
  {
    write_npy(stem + ".spikes." + group->name + ".neuron.npy", neuron);
    write_npy(stem + ".spikes." + group->name + ".count.npy", count);
    neuron.clear();
    count.clear();
  }
};

struct StateRecord
{
  std::string population, name, variable;
  const double* values;
  int64_t first, last, period;
  std::vector<int32_t> neurons;
  std::vector<double> samples;

  void keep(int64_t stamp)
  {
    if (stamp < first || stamp > last || (stamp - first) % period != 0) return;
    for (size_t k = 0; k < neurons.size(); ++k) samples.push_back(values[neurons[k]]);
  }

  void write(const std::string& stem)
  {
    const size_t width = neurons.size(), height = width ? samples.size() / width : 0;
    write_npy(stem + ".states." + population + "." + variable + "." + name + ".npy", samples,
              "(" + std::to_string(height) + ", " + std::to_string(width) + ")");
    samples.clear();
  }
};

/* A variable of all synapses of a projection. Each synapse is read b steps late, when it is done with the stamp. */
struct Snapshot
{
  std::string projection, variable;
  int64_t stamp, last_step;
  std::vector<std::string> parts;
  std::vector<double> values;

  void take(const Synapses& group, int64_t late)
  {
    const bool known = group.values.count(variable);  // else they are static
    const std::vector<double>& now = *group.values.find(known ? variable : "weight")->second;
    for (size_t k = 0; k < group.rows(); ++k)
      if (group.dendritic[k] == late) values.at(group.row[k]) = now[k];
  }

  void write(const std::string& folder) const
  {
    const std::string file = "weights." + projection + "." + variable + "." + std::to_string(stamp) + ".npy";
    write_npy(folder + "/" + file, values);
    say("{" + entry("event", "snapshot") + ", " + entry("projection", projection) + ", " + entry("variable", variable) + ", "
      + entry("stamp", stamp) + ", " + entry("file", file) + "}");
  }
};

/* A state that stops the run where it is not what it may be. */
struct Watched
{
  std::string population, variable;
  const double* values;
  int size;
  Limits limits;

  /* the first neuron whose value is not what it may be, or -1 */
  int first_wrong() const
  {
    if (!any_outside(values, size, limits.low, limits.high)) return -1;
    int i = 0;
    while (limits.hold(values[i])) ++i;
    return i;
  }
};

}  // namespace snn

#endif
