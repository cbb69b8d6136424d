"""`python -m tests.wire.launcher MODULE …` runs a module as `python -m MODULE …` does, but for a few things.

Ctrl-C ends it also where the tests themselves run in the background, so that they ignore it, and so would what they
start. The bot's limits are those that the environment names, and the demo's Discord waits for it until it hangs.
"""

import gc
import os
import runpy
import signal
import sys

from tests.patience import take_limits

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # As in the bot itself, which begins to look for garbage when everything is imported.
    gc.disable()
    take_limits(os.environ)
    if "demo" in sys.argv:
        import simcord

        from tests.real_time import PatientEnv

        vars(simcord)["Env"] = PatientEnv
    gc.enable()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
