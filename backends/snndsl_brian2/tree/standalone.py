from pathlib import Path
from plan import read_settings, plan
import building, sys, os, subprocess, time
def sizes(here): return {n:p['size'] for n,p in read_settings(here)['populations'].items()}
def main(here, network):
    b=here/'build'
    t=time.time()
    if not (b/'main').exists(): building.build(here,b,network)
    print('build',time.time()-t)
    s=b/'scratch'; s.mkdir(exist_ok=True)
    st=read_settings(here)
    (s/'plan').write_text(plan(here,st,st['steps'],s))
    t=time.time()
    r=subprocess.run([str(b/'main')],env={**os.environ,'SNN_PLAN':str(s/'plan')},cwd=s,stdout=open(s/'log','w'))
    print('run',time.time()-t,r.returncode)
