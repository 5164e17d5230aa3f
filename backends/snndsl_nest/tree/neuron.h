/* A node of NEST that computes one neuron by a kernel, or a source that spikes at listed stamps.
 *
 * The work of NEST in a slice grows with its longest delay, used or not. So NEST carries a spike for a bounded number of steps
 * (run.py says max_delay), and the target waits for the rest: what is due within its ring is there, what is due later in blocks
 * of the same length, which are poured into the ring one after the other. Sums are exact, so their order does not matter.
 */
#ifndef SNN_NEURON_H
#define SNN_NEURON_H

#include "event.h"
#include "event_delivery_manager_impl.h"
#include "kernel_manager.h"
#include "node.h"

#include <deque>
#include <limits>
#include <unordered_map>

#include "network.h"

struct Arrival // of a spike at a plastic synapse
{
  Table* table;
  long row;
};

void arrive(const Arrival& arrival, Neuron& target, long stamp);
void attend(const Arrival& synapse, long stamp, bool fired);
void tick(Table& t, long row, long upto, int phase);

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
  static const NeuronModel* registering; // model of the prototype that NEST makes

  Neuron() : nest::Node(), model_(registering), values_(model_->params.size() + model_->states.size(), 0.0) {}
  Neuron(const Neuron& other) : nest::Node(other), model_(other.model_), values_(other.values_), listed_(other.listed_) {}

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
    if ((int)port >= model_->ports) throw nest::UnknownReceptorType(port, get_name());
    return port;
  }
  void handle(nest::SpikeEvent& event) override
  {
    add(event.get_rport(), event.get_stamp().get_steps() - 1 + event.get_delay_steps(), event.get_weight() * event.get_multiplicity());
  }
  void get_status(Dictionary& d) const override
  {
    each_value([&](const std::string& name, const double& value) { d[name] = value; }, *this);
    if (not model_->step) d["spike_stamps"] = listed_;
  }
  void set_status(const Dictionary& d) override
  {
    each_value([&](const std::string& name, double& value) { d.update_value(name, value); }, *this);
    if (not model_->step) d.update_value("spike_stamps", listed_);
  }

  void add(int port, long stamp, double amount)
  {
    if (stamp - now_ < network.ring)
      arriving_[port * network.ring + (stamp & (network.ring - 1))] += amount;
    else
      later_[stamp / network.ring].amounts.push_back({ stamp, port, amount });
  }
  void expect(long stamp, Arrival arrival)
  {
    if (stamp - now_ < network.ring)
      calendar_[stamp & (network.ring - 1)].push_back(arrival);
    else
      later_[stamp / network.ring].arrivals.push_back({ stamp, arrival });
  }

  /* synapses whose rule reads neurons cannot wait for the next spike: they look at every stamp */
  void attend_to(Arrival synapse) { attentive_.push_back(synapse); }

  /* spikes are kept until the synapses with the longest dendritic part have seen them */
  void keep_history(long dendritic) { kept_for_ = std::max(kept_for_, dendritic); }
  long spike(long k) const { return k - forgotten_ < (long)past_.size() ? past_[k - forgotten_] : std::numeric_limits<long>::max() / 2; }
  void forget(long stamp)
  {
    while (not past_.empty() and past_.front() <= stamp - kept_for_) {
      past_.pop_front();
      ++forgotten_;
    }
  }

private:
  template <typename Visit, typename Self>
  static void each_value(Visit visit, Self& self)
  {
    size_t k = 0;
    for (const std::string& name : self.model_->params) visit(name, self.values_[k++]);
    for (const std::string& name : self.model_->states) visit(name, self.values_[k++]);
  }

  void init_buffers_() override {}
  void pre_run_hook() override
  {
    if (population_) return;
    const auto mine = std::prev(network.populations.upper_bound((long)get_node_id()));
    population_ = &mine->second;
    index_ = (long)get_node_id() - mine->first;
    sums_.assign(model_->ports + population_->reads.size(), 0.0);
    arriving_.assign(model_->ports * network.ring, 0.0);
    for (const Injection& injection : population_->injections) cursor_.push_back(injection.start[index_]);
    if (kept_for_ < 0) return;
    calendar_.resize(network.ring);
    const std::lock_guard<std::mutex> lock(network.guard);
    network.learners.push_back(this);
  }
  void update(const nest::Time& origin, const long from, const long to) override
  {
    for (long lag = from; lag < to; ++lag) {
      const long stamp = origin.get_steps() + lag;
      if (not(model_->step ? advance(stamp) : listed(stamp))) continue;
      nest::SpikeEvent event;
      nest::kernel().event_delivery_manager.send(*this, event, lag);
      if (stamp > 0) ++network.counted[nest::kernel().vp_manager.get_thread_id()];
      if (kept_for_ >= 0) past_.push_back(stamp);
      last_ = stamp;
    }
  }

  bool listed(long stamp)
  {
    if (next_ == listed_.size() or listed_[next_] != stamp) return false;
    ++next_;
    return true;
  }

  bool advance(long stamp)
  {
    if (not later_.empty() and (stamp & (network.ring - 1)) == 0) pour();
    for (const Arrival& synapse : attentive_) attend(synapse, stamp - 1, last_ == stamp - 1);
    if (not calendar_.empty()) {
      std::vector<Arrival>& due = calendar_[stamp & (network.ring - 1)];
      for (size_t k = 0; k < due.size(); ++k) arrive(due[k], *this, stamp);
      due.clear();
    }
    for (const Arrival& synapse : attentive_) tick(*synapse.table, synapse.row, stamp, 1);
    now_ = stamp + 1;
    double* states = values_.data() + model_->params.size();
    const bool fired = stamp > 0 and step(stamp, states);
    for (Published& shown : population_->published) shown.values[(stamp & shown.mask) * shown.size + index_] = states[shown.state];
    return fired;
  }
  bool step(long stamp, double* states)
  {
    take_sums(stamp);
    for (const Carrying& carrying : population_->carrying) sums_[carrying.port] += carrying.sum(index_, stamp);
    for (size_t k = 0; k < population_->reads.size(); ++k) sums_[model_->ports + k] = population_->reads[k]->at(stamp - 1, 0);
    int fired = 0;
    const int code =
      model_->step(values_.data(), states, sums_.data(), (double)index_, (double)(stamp - 1), network.trial, &fired);
    if (code) report(code, stamp);
    for (const StateRecord& record : population_->records) keep(record, stamp, states);
    return fired;
  }
  void pour()
  {
    const auto block = later_.find(now_ / network.ring);
    if (block == later_.end()) return;
    for (const Later::Amount& later : block->second.amounts) add(later.port, later.stamp, later.amount);
    for (const auto& [stamp, arrival] : block->second.arrivals) expect(stamp, arrival);
    later_.erase(block);
  }
  void take_sums(long stamp)
  {
    for (int port = 0; port < model_->ports; ++port) {
      double& slot = arriving_[port * network.ring + (stamp & (network.ring - 1))];
      sums_[port] = slot;
      slot = 0.0;
    }
    for (size_t k = 0; k < cursor_.size(); ++k) {
      const Injection& injection = population_->injections[k];
      for (long& cursor = cursor_[k]; cursor < injection.start[index_ + 1] and injection.step[cursor] < stamp; ++cursor)
        sums_[injection.port] += injection.amount[cursor];
    }
  }
  void keep(const StateRecord& record, long stamp, const double* states) const
  {
    const long place = record.place[index_], since = stamp - record.first;
    if (place < 0 or since < 0 or stamp > record.last or since % record.period) return;
    record.buffer[(since / record.period - *record.offset) * record.neurons + place] = states[record.variable];
  }
  void report(int code, long stamp) const
  {
    Failure found;
    found.meaning(code, values_.data() + model_->params.size(), model_->bad_sample);
    found.step = stamp - 1;
    found.phase = 3;
    found.order = population_->order;
    found.index = index_;
    network.fail(found);
  }

  const NeuronModel* model_;
  std::vector<double> values_; // parameters, then states
  Population* population_ = nullptr;
  long index_ = 0; // in the population
  long now_ = 0; // the first stamp whose sums have not been taken
  std::vector<double> arriving_, sums_; // ports x ring; ports
  std::vector<std::vector<Arrival>> calendar_; // of plastic synapses
  std::unordered_map<long, Later> later_; // by turn of the ring
  std::vector<long> cursor_; // by injection: its next event
  std::vector<long> listed_; // of a source: its spikes
  size_t next_ = 0;
  std::vector<Arrival> attentive_; // rows that reach it
  long last_ = -2; // stamp of its last spike; none yet
  long kept_for_ = -1, forgotten_ = 0; // steps its spikes are kept, -1: not at all; spikes that are not kept any more
  std::deque<long> past_;
};

#endif
