// The polychronization network of 2006, as the published program does it: one loop over milliseconds, traces that decay by themselves.
// usage: izhikevich2006 MS NETWORK OUT      NETWORK: rows "pre post delay" (100000), "v u" (1000), then one neuron for each ms
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

constexpr int N = 1000, EXCITATORY = 800, DELAYS = 20, SECOND = 1000, SYNAPSES = 100000;

struct Synapse {
    int pre, post, delay;
    double weight, change;
};

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const int steps = std::atoi(argv[1]);
    std::FILE* file = std::fopen(argv[2], "r");
    if (!file) return 2;
    std::vector<Synapse> synapses(SYNAPSES);
    std::vector<std::vector<std::vector<int>>> outgoing(N, std::vector<std::vector<int>>(DELAYS));
    std::vector<std::vector<int>> incoming(N);
    for (int k = 0; k < SYNAPSES; ++k) {
        Synapse& s = synapses[k];
        if (std::fscanf(file, "%d %d %d", &s.pre, &s.post, &s.delay) != 3) return 2;
        s.weight = s.pre < EXCITATORY ? 6.0 : -5.0;
        outgoing[s.pre][s.delay - 1].push_back(k);
        if (s.pre < EXCITATORY) incoming[s.post].push_back(k);
    }
    std::vector<double> v(N), u(N), current(N), depression(N, 0.0);
    for (int i = 0; i < N; ++i)
        if (std::fscanf(file, "%lf %lf", &v[i], &u[i]) != 2) return 2;
    std::vector<int> thalamus(steps);
    for (int& neuron : thalamus)
        if (std::fscanf(file, "%d", &neuron) != 1) return 2;
    std::fclose(file);

    // potentiation[t % WINDOW][i]: the trace of neuron i at ms t; it is looked up as the synapse's delay ago
    constexpr int WINDOW = 32;
    std::vector<std::vector<double>> potentiation(WINDOW, std::vector<double>(N, 0.0));
    std::vector<std::vector<int>> fired(WINDOW);
    std::vector<std::pair<int, int>> spikes;
    for (int t = 0; t < steps; ++t) {
        std::vector<int>& now = fired[t % WINDOW];
        std::vector<double>& trace = potentiation[t % WINDOW];
        const std::vector<double>& before = potentiation[(t + WINDOW - 1) % WINDOW];
        now.clear();
        for (int i = 0; i < N; ++i) {
            current[i] = 0.0;
            trace[i] = 0.95 * before[i];
            if (v[i] >= 30.0) {
                v[i] = -65.0;
                u[i] += i < EXCITATORY ? 8.0 : 2.0;
                trace[i] = 0.1;
                depression[i] = 0.12;
                now.push_back(i);
                spikes.emplace_back(t, i);
            }
        }
        for (int i : now)
            for (int k : incoming[i]) {
                Synapse& s = synapses[k];
                s.change += potentiation[(t + WINDOW - s.delay) % WINDOW][s.pre];
            }
        current[thalamus[t]] = 20.0;
        for (int ago = 0; ago < DELAYS && ago <= t; ++ago)
            for (int i : fired[(t - ago) % WINDOW])
                for (int k : outgoing[i][ago]) {
                    Synapse& s = synapses[k];
                    current[s.post] += s.weight;
                    if (i < EXCITATORY) s.change -= depression[s.post];
                }
        for (int i = 0; i < N; ++i) {
            v[i] += 0.5 * ((0.04 * v[i] + 5.0) * v[i] + 140.0 - u[i] + current[i]);
            v[i] += 0.5 * ((0.04 * v[i] + 5.0) * v[i] + 140.0 - u[i] + current[i]);
            u[i] += (i < EXCITATORY ? 0.02 : 0.1) * (0.2 * v[i] - u[i]);
            depression[i] *= 0.95;
        }
        if ((t + 1) % SECOND == 0)
            for (Synapse& s : synapses)
                if (s.pre < EXCITATORY) {
                    s.change *= 0.9;
                    s.weight += 0.01 + s.change;
                    s.weight = s.weight > 10.0 ? 10.0 : s.weight < 0.0 ? 0.0 : s.weight;
                }
    }
    file = std::fopen(argv[3], "w");
    if (!file) return 2;
    for (const auto& spike : spikes) std::fprintf(file, "%d %d\n", spike.first, spike.second);
    return std::fclose(file) ? 2 : 0;
}
