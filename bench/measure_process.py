"""Runs a command and prints how long it took, what of processor time and how much memory at most, as JSON.

measure_process.py COMMAND ARGS...: its output is thrown away; its failure is ours.
"""

import json
import resource
import subprocess
import sys
import time

started = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
seconds = time.monotonic() - started
if done.returncode != 0:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(done.returncode)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
# Kilobytes on Linux.
peak = used.ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak": peak}))
