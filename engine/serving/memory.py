"""What was loaded at the start is no garbage (启动内容不参与垃圾回收): nobody searches it again.

Python's collector walks everything that is alive each time a lot of rows come and go. Most of that
are modules, rules and tables, which stay until the process ends: a sixth of a sweep's CPU.
"""

import gc
import threading

FIRST_WORK = 60.0  # seconds until the first requests and sweeps have loaded the rest


def settle() -> threading.Timer:
    """Leave out of later searches for garbage what is alive now, and once more a minute later.

    Returns what waits for that minute; it holds no process up.
    """
    _leave_out()
    again = threading.Timer(FIRST_WORK, _leave_out)
    again.daemon = True
    again.start()
    return again


def _leave_out() -> None:
    gc.collect()
    gc.freeze()
