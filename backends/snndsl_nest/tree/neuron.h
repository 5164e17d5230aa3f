/* A node of NEST: a neuron or a source of an ensemble, which does the work (ensemble.h). */
#ifndef SNN_NEURON_H
#define SNN_NEURON_H

#include "ensemble.h"

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
    for (size_t k = 0; k < values_.size(); ++k) d[name(k)] = ensemble_ ? ensemble_->value(k, place_) : values_[k];
    if (not model_->step) d["spike_stamps"] = listed_;
  }
  void set_status(const Dictionary& d) override
  {
    for (size_t k = 0; k < values_.size(); ++k)
      if (d.update_value(name(k), values_[k]) and ensemble_) ensemble_->change(k, place_, values_[k]);
    if (not model_->step) d.update_value("spike_stamps", listed_);
  }

  const NeuronModel& model() const { return *model_; }
  double initial(size_t k) const { return values_[k]; } // parameters, then states
  const std::vector<long>& listed() const { return listed_; } // stamps of a source

  void add(int port, long stamp, double amount) { ensemble_->add(port, place_, stamp, amount); }
  void expect(long stamp, Arrival arrival) { ensemble_->expect(stamp, arrival); }

  /* synapses whose rule reads neurons cannot wait for the next spike: they look at every stamp */
  void attend_to(Arrival synapse) { attentive_.push_back(synapse); }
  const std::vector<Arrival>& attentive() const { return attentive_; }

  /* spikes are kept until the synapses with the longest dendritic part have seen them */
  void keep_history(long dendritic) { kept_for_ = std::max(kept_for_, dendritic); }
  bool learns() const { return kept_for_ >= 0; }
  void spiked(long stamp)
  {
    if (learns()) past_.push_back(stamp);
    last_ = stamp;
  }
  long last() const { return last_; }
  long spike(long k) const { return k - forgotten_ < (long)past_.size() ? past_[k - forgotten_] : std::numeric_limits<long>::max() / 2; }
  void forget(long stamp)
  {
    const auto kept = std::find_if(past_.begin(), past_.end(), [&](long past) { return past > stamp - kept_for_; });
    forgotten_ += kept - past_.begin();
    past_.erase(past_.begin(), kept);
  }

private:
  const std::string& name(size_t k) const
  {
    const size_t params = model_->params.size();
    return k < params ? model_->params[k] : model_->states[k - params];
  }

  void init_buffers_() override {}
  void pre_run_hook() override
  {
    if (ensemble_) return;
    const auto mine = std::prev(network.populations.upper_bound((long)get_node_id()));
    ensemble_ = mine->second.ensembles[get_thread()].get();
    place_ = ensemble_->join(*this, (long)get_node_id() - mine->first);
    if (not learns()) return;
    const std::lock_guard<std::mutex> lock(network.guard);
    network.learners.push_back(this);
  }
  void update(const nest::Time& origin, const long from, const long to) override
  {
    if (place_ == 0) ensemble_->update(origin.get_steps() + from, origin.get_steps() + to, from);
  }

  const NeuronModel* model_;
  std::vector<double> values_; // parameters, then states: as they were set
  std::vector<long> listed_; // of a source: its spikes
  Ensemble* ensemble_ = nullptr;
  long place_ = 0; // in the ensemble
  std::vector<Arrival> attentive_; // rows that reach it
  long last_ = -2; // stamp of its last spike; none yet
  long kept_for_ = -1, forgotten_ = 0; // steps its spikes are kept, -1: not at all; spikes that are not kept any more
  std::vector<long> past_;
};

/* ---- what an ensemble asks of its nodes */

inline double Ensemble::initial(size_t k, long place) const { return nodes_[place]->initial(k); }

inline void Ensemble::begin()
{
  begun_ = true;
  model_ = &nodes_[0]->model();
  if (not model_->step) {
    for (long k = 0; k < size(); ++k)
      for (const long stamp : nodes_[k]->listed()) due_.emplace_back(stamp, k);
    std::sort(due_.begin(), due_.end());
    return;
  }
  for (size_t k = 0; k < model_->params.size() + model_->states.size(); ++k) {
    std::vector<double>& values = values_.emplace_back(size());
    for (long place = 0; place < size(); ++place) values[place] = initial(k, place);
    if (common(k)) {
      for (const double value : values)
        if (std::memcmp(&value, &values[0], sizeof value)) throw nest::BadProperty(model_->params[k] + " is compiled as one value for all");
      values.resize(1);
    }
    pointers_.push_back(values.data());
  }
  arriving_.assign(model_->ports * network.ring * size(), 0.0);
  read_.resize(population_.reads.size());
  incoming_.resize(model_->ports);
  for (const double& read : read_) incoming_.push_back(&read);
  fired_.assign(size(), 0.0);
  calendar_.resize(network.ring);
  for (const Neuron* node : nodes_) attentive_.insert(attentive_.end(), node->attentive().begin(), node->attentive().end());
  for (const StateRecord& record : population_.records) {
    std::vector<long>& recorded = recorded_.emplace_back();
    for (long k = 0; k < size(); ++k)
      if (record.place[(long)index_[k]] >= 0) recorded.push_back(k);
  }
  cursor_.assign(population_.injections.size(), 0);
  if (cursor_.empty()) return;
  place_of_.assign(population_.size, -1);
  for (long k = 0; k < size(); ++k) place_of_[(long)index_[k]] = k;
}

inline void Ensemble::spike(long place, long stamp, long lag)
{
  nest::SpikeEvent event;
  nest::kernel().event_delivery_manager.send(*nodes_[place], event, lag);
  if (stamp > 0) ++network.counted[nest::kernel().vp_manager.get_thread_id()];
  nodes_[place]->spiked(stamp);
}

#endif
