"""Programs that hurt the machine under a grader that runs them as a process: forks, floods, waits, files, sockets."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import ORDERED, SHOUT, TOTAL, Attack

evil = partial(Attack, "evil")

ATTACKS = (
    evil(
        "fork_bomb",
        TOTAL,
        Outcome.UNSUPPORTED,
        "There is no fork in the guest: the attribute does not exist, and what asks for it is undecided.",
        """
        import os
        def total(numbers):
            while True:
                os.fork()
        """,
        Outcome.UNSUPPORTED,
    ),
    evil(
        "close_the_outputs",
        TOTAL,
        Outcome.WRONG,
        "Graders that read a verdict from the child's stdout hang or crash on closed descriptors; here only 0 is seen.",
        """
        import os, sys
        def total(numbers):
            sys.stdout.close()
            sys.stderr.close()
            for descriptor in range(64):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            return -1
        """,
        Outcome.WRONG,
    ),
    evil(
        "unbounded_output",
        TOTAL,
        Outcome.TIMEOUT,
        "Output is cut at its limit while the call goes on until its fuel is used.",
        """
        def total(numbers):
            while True:
                print('x' * 10_000)
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "unbounded_errors",
        TOTAL,
        Outcome.TIMEOUT,
        "The same on stderr, in bytes.",
        """
        import sys
        def total(numbers):
            while True:
                sys.stderr.buffer.write(b'x' * 10_000)
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "endless_sleep",
        TOTAL,
        Outcome.TIMEOUT,
        "Sleeping uses no CPU of a process, so that a limit on CPU never ends it. Here every call costs fuel.",
        """
        import time
        def total(numbers):
            while True:
                time.sleep(3600)
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "one_long_sleep",
        TOTAL,
        Outcome.WRONG,
        "One call that does not come back in a lifetime: here it moves the clock of the guest and nothing else.",
        """
        import time
        def total(numbers):
            time.sleep(10 ** 9)
            return -1
        """,
        Outcome.WRONG,
    ),
    evil(
        "sleep_while_loading",
        TOTAL,
        Outcome.WRONG,
        "The same before the entry point exists.",
        """
        import time
        time.sleep(10 ** 9)
        def total(numbers):
            return -1
        """,
        Outcome.WRONG,
    ),
    evil(
        "block_on_input",
        SHOUT,
        Outcome.RUNTIME,
        "stdin is empty: end of file at once.",
        """
        def shout(text):
            return input()
        """,
        Outcome.RUNTIME,
    ),
    evil(
        "block_on_stdin_bytes",
        SHOUT,
        Outcome.RUNTIME,
        "There is nothing behind the raw descriptor: the instance ends.",
        """
        import os
        def shout(text):
            return os.read(0, 1_000_000).decode() or 'nothing'
        """,
        Outcome.RUNTIME,
    ),
    evil(
        "infinite_loop",
        TOTAL,
        Outcome.TIMEOUT,
        "Fuel ends it, at the same instruction on every machine.",
        """
        def total(numbers):
            while True:
                pass
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "infinite_loop_that_catches_everything",
        TOTAL,
        Outcome.TIMEOUT,
        "A limit raised inside the interpreter would be swallowed; this one is not an exception.",
        """
        def total(numbers):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    continue
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "infinite_loop_while_loading",
        TOTAL,
        Outcome.TIMEOUT,
        "Loading has the same fuel as a call.",
        """
        while True:
            pass
        """,
        Outcome.TIMEOUT,
    ),
    evil(
        "kill_the_parent",
        TOTAL,
        Outcome.UNSUPPORTED,
        "There are no processes to signal.",
        """
        import os, signal
        def total(numbers):
            os.kill(os.getppid(), signal.SIGKILL)
            return 0
        """,
        Outcome.UNSUPPORTED,
    ),
    evil(
        "abort",
        TOTAL,
        Outcome.RUNTIME,
        "Abort ends the instance, not the host.",
        """
        import os
        def total(numbers):
            os.abort()
        """,
        Outcome.RUNTIME,
    ),
    evil(
        "run_a_shell",
        SHOUT,
        Outcome.UNSUPPORTED,
        "There is no shell and no process; a program that needs one cannot be judged here.",
        """
        import os
        def shout(text):
            return os.popen('id').read()
        """,
        Outcome.UNSUPPORTED,
    ),
    evil(
        "delete_the_tree",
        ORDERED,
        Outcome.WRONG,
        "There is no tree: nothing is deleted and nothing is gained.",
        """
        import os
        def ordered(numbers):
            deleted = []
            for folder, _, names in os.walk('/', topdown=False):
                for name in names:
                    try:
                        os.remove(os.path.join(folder, name))
                        deleted.append(name)
                    except OSError:
                        pass
            return deleted
        """,
        Outcome.WRONG,
    ),
    evil(
        "read_a_host_file",
        SHOUT,
        Outcome.RUNTIME,
        "No folder of the host is mounted.",
        """
        def shout(text):
            return open('/etc/passwd').read()
        """,
        Outcome.RUNTIME,
    ),
    evil(
        "leave_a_file_for_the_next_run",
        SHOUT,
        Outcome.RUNTIME,
        "There is nowhere to write.",
        """
        def shout(text):
            with open('/answer', 'w') as file:
                file.write(text)
            return text
        """,
        Outcome.RUNTIME,
    ),
    evil(
        "read_the_environment",
        SHOUT,
        Outcome.WRONG,
        "No variable of the host is passed on.",
        """
        import os
        def shout(text):
            return ' '.join(key for key in os.environ if key in ('PATH', 'HOME', 'USER', 'SHELL')) or 'nothing'
        """,
        Outcome.WRONG,
    ),
)
