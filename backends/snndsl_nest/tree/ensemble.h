/* The neurons of a population that one thread of NEST has, computed side by side; or sources that spike at listed stamps.
 *
 * The first node of an ensemble does the work of all of them over a slice: values lie in arrays by neuron, and a kernel goes over
 * them once in a step. What others send arrives between slices, so nodes of a slice need not take turns.
 *
 * The work of NEST in a slice grows with its longest delay, used or not. So NEST carries a spike for a bounded number of steps
 * (run.py says max_delay), and the target waits for the rest: what is due within its ring is there, what is due later in blocks
 * of the same length, which are poured into the ring one after the other. Sums are exact, so their order does not matter.
 */
#ifndef SNN_ENSEMBLE_H
#define SNN_ENSEMBLE_H

#include "event.h"
#include "event_delivery_manager_impl.h"
#include "kernel_manager.h"
#include "node.h"

#include <cstring>
#include <limits>
#include <unordered_map>

#include "network.h"

struct Arrival // of a spike at a plastic synapse
{
  Table* table;
  long row;
};

void arrive(const Arrival& arrival, long stamp);
void attend(const Arrival& synapse, long stamp);
void tick(Table& t, long row, long upto, int phase);

class Ensemble
{
public:
  explicit Ensemble(Population& population) : population_(population) {}

  /* before the first step: a node of the population, its number there; its place in the ensemble */
  long join(Neuron& node, long index)
  {
    nodes_.push_back(&node);
    index_.push_back((double)index);
    return (long)nodes_.size() - 1;
  }

  /* parameters, then states */
  double value(size_t k, long place) const { return begun_ ? values_[k][common(k) ? 0 : place] : initial(k, place); }
  void change(size_t k, long place, double value)
  {
    if (not begun_ or value == values_[k][common(k) ? 0 : place]) return;
    if (common(k)) throw nest::BadProperty("a parameter that all neurons share cannot change once they run");
    values_[k][place] = value;
  }

  void update(long stamp, long until, long lag)
  {
    if (not begun_) begin();
    for (; stamp < until; ++stamp, ++lag) {
      if (model_->step)
        advance(stamp, lag);
      else
        for (; next_ < due_.size() and due_[next_].first == stamp; ++next_) spike(due_[next_].second, stamp, lag);
    }
  }

  void add(int port, long place, long stamp, double amount)
  {
    if (stamp - now_ < network.ring)
      sums(port, stamp)[place] += amount;
    else
      later_[stamp / network.ring].amounts.push_back({ stamp, port, place, amount });
  }
  void expect(long stamp, Arrival arrival)
  {
    if (stamp - now_ < network.ring)
      calendar_[stamp & (network.ring - 1)].push_back(arrival);
    else
      later_[stamp / network.ring].arrivals.push_back({ stamp, arrival });
  }

private:
  /* what is due in one turn of the ring, beyond its present one */
  struct Later
  {
    struct Amount
    {
      long stamp;
      int port;
      long place;
      double amount;
    };
    std::vector<Amount> amounts;
    std::vector<std::pair<long, Arrival>> arrivals;
  };

  double initial(size_t k, long place) const;
  void begin();
  void spike(long place, long stamp, long lag);

  bool common(size_t k) const { return k < model_->common.size() and model_->common[k]; }
  long size() const { return (long)nodes_.size(); }
  double* sums(int port, long stamp) { return &arriving_[(port * network.ring + (stamp & (network.ring - 1))) * size()]; }

  void advance(long stamp, long lag)
  {
    if (not later_.empty() and (stamp & (network.ring - 1)) == 0) pour();
    for (const Arrival& synapse : attentive_) attend(synapse, stamp - 1);
    std::vector<Arrival>& due = calendar_[stamp & (network.ring - 1)];
    for (size_t k = 0; k < due.size(); ++k) arrive(due[k], stamp);
    due.clear();
    for (const Arrival& synapse : attentive_) tick(*synapse.table, synapse.row, stamp, 1);
    now_ = stamp + 1;
    if (stamp > 0) step(stamp);
    for (Published& shown : population_.published)
      for (long k = 0; k < size(); ++k) shown.values[(stamp & shown.mask) * shown.size + (long)index_[k]] = states()[shown.state][k];
    if (stamp > 0) spread(stamp, lag);
  }
  void pour()
  {
    const auto block = later_.find(now_ / network.ring);
    if (block == later_.end()) return;
    for (const Later::Amount& later : block->second.amounts) add(later.port, later.place, later.stamp, later.amount);
    for (const auto& [stamp, arrival] : block->second.arrivals) expect(stamp, arrival);
    later_.erase(block);
  }
  void step(long stamp)
  {
    inject(stamp);
    for (int port = 0; port < model_->ports; ++port) incoming_[port] = sums(port, stamp);
    for (const Carrying& carrying : population_.carrying)
      for (long k = 0; k < size(); ++k) sums(carrying.port, stamp)[k] += carrying.sum((long)index_[k], stamp);
    for (size_t k = 0; k < read_.size(); ++k) read_[k] = population_.reads[k]->at(stamp - 1, 0);
    long misread = -1;
    const int failed = model_->step(size(), index_.data(), pointers_.data(), states(), incoming_.data(), (double)(stamp - 1),
      network.trial, fired_.data(), &misread);
    if (failed or misread >= 0) report(stamp, misread);
    for (size_t k = 0; k < recorded_.size(); ++k) keep(population_.records[k], recorded_[k], stamp);
    for (int port = 0; port < model_->ports; ++port) std::fill_n(sums(port, stamp), size(), 0.0);
  }
  void inject(long stamp)
  {
    for (size_t k = 0; k < cursor_.size(); ++k) {
      const Injection& injection = population_.injections[k];
      for (long& at = cursor_[k]; at < injection.events and injection.step[at] < stamp; ++at) {
        const long place = place_of_[injection.neuron[at]];
        if (place >= 0) sums(injection.port, stamp)[place] += injection.amount[at];
      }
    }
  }
  void keep(const StateRecord& record, const std::vector<long>& recorded, long stamp) const
  {
    const long since = stamp - record.first;
    if (since < 0 or stamp > record.last or since % record.period) return;
    double* sample = record.buffer + (since / record.period - *record.offset) * record.neurons;
    for (const long k : recorded) sample[record.place[(long)index_[k]]] = states()[record.variable][k];
  }
  void spread(long stamp, long lag)
  {
    for (long k = 0; k < size(); k += 8) { // eight at a time: few spike
      const long end = std::min(k + 8, size());
      if (std::all_of(&fired_[k], fired_.data() + end, [](double fired) { return fired == 0.0; })) continue;
      for (long place = k; place < end; ++place)
        if (fired_[place] != 0.0) spike(place, stamp, lag);
    }
  }
  void report(long stamp, long misread) const
  {
    Failure found;
    found.step = stamp - 1;
    found.phase = 3;
    found.order = population_.order;
    std::vector<double> left(model_->states.size());
    for (long k = 0; k < size(); ++k) {
      const int code = k == misread ? -1 : model_->check(states(), k);
      if (not code) continue;
      for (size_t state = 0; state < left.size(); ++state) left[state] = states()[state][k];
      found.index = (long)index_[k];
      found.meaning(code, left.data(), model_->bad_sample);
      network.fail(found);
    }
  }
  double* const* states() const { return pointers_.data() + model_->params.size(); }

  Population& population_;
  const NeuronModel* model_ = nullptr;
  std::vector<Neuron*> nodes_;
  std::vector<double> index_; // of each in the population
  bool begun_ = false;
  std::vector<std::vector<double>> values_; // parameters, then states, by neuron; one value of what is common
  std::vector<double*> pointers_; // to them
  std::vector<double> arriving_, read_; // ports x ring x neurons; what is read of others
  std::vector<const double*> incoming_;
  std::vector<double> fired_; // 1 where a neuron spiked in this step
  std::vector<std::vector<Arrival>> calendar_; // of plastic synapses
  std::vector<Arrival> attentive_;
  std::unordered_map<long, Later> later_; // by turn of the ring
  std::vector<long> cursor_, place_of_; // by injection: its next event; by neuron of the population: its place here
  std::vector<std::vector<long>> recorded_; // by record
  std::vector<std::pair<long, long>> due_; // of sources: stamps and places
  size_t next_ = 0;
  long now_ = 0; // the first stamp whose sums have not been taken
};

#endif
