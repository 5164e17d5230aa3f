"""Benchmark 3 of Brette et al. (2007), after Brian2's own example COBAHH."""

from brian2 import Hz, NeuronGroup, SpikeMonitor, Synapses, defaultclock, ms, mV, nS, pF, run, siemens, uS, volt  # noqa: F401 - units
from shared import arguments, save_brian2, standalone

options = arguments(__doc__)
standalone(options)
defaultclock.dt = 0.05 * ms
Cm, gl, g_na, g_kd = 200 * pF, 10 * nS, 20 * uS, 6 * uS
El, EK, ENa, VT, Ee, Ei = -60 * mV, -90 * mV, 50 * mV, -63 * mV, 0 * mV, -80 * mV
taue, taui, we, wi = 5 * ms, 10 * ms, 6 * nS, 67 * nS
equations = """
dv/dt = (gl*(El - v) + ge*(Ee - v) + gi*(Ei - v) - g_na*(m*m*m)*h*(v - ENa) - g_kd*(n*n*n*n)*(v - EK))/Cm : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + VT)/(4*mV))/ms : Hz
beta_m = 0.28*(mV**-1)*5*mV/exprel((v - VT - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
beta_n = 0.5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
"""
P = NeuronGroup(4000, equations, threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler")
P.v = "El + (randn()*5 - 5)*mV"
P.ge = "clip(randn()*15 + 40, 0, inf)*nS"
P.gi = "clip(randn()*120 + 200, 0, inf)*nS"
Ce = Synapses(P, P, on_pre="ge += we")
Ci = Synapses(P, P, on_pre="gi += wi")
Ce.connect("i < 3200", p=0.02)
Ci.connect("i >= 3200", p=0.02)
Ce.delay = Ci.delay = 0.05 * ms
spikes = SpikeMonitor(P)
run(options.ms * ms)
save_brian2(options, [spikes], [4000], len(Ce) + len(Ci), 0.05)
