"""`python -m tests.wire.launcher MODULE …` runs a module as `python -m MODULE …` does, with a few differences.

Ctrl-C ends it even if the tests run in the background, where they and what they start would ignore it. The bot's limits
are those in the environment, and the demo's Discord waits for the bot until it hangs.
"""

import gc
import os
import runpy
import signal
import sys

from tests.patience import take_limits

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # As in the bot itself, garbage collection begins when everything is imported.
    gc.disable()
    take_limits(os.environ)
    if "demo" in sys.argv:
        import simcord

        from tests.real_time import PatientEnv

        vars(simcord)["Env"] = PatientEnv
    gc.enable()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
