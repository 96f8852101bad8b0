"""`tradelatch watch` on a terminal."""

import os
import pty
import select
import subprocess
import sys
import time

PROGRAM = [sys.executable, "-m", "tradelatch"]
PATIENCE = 30.0


class Terminal:
    """The program on a terminal of 80 by 24; what it has written so far."""

    def __init__(self, dsn: str, every: str = "60s") -> None:
        self.process, self.descriptor = self._start(dsn, every)
        self.written = ""

    @staticmethod
    def _start(dsn: str, every: str) -> tuple[subprocess.Popen[bytes], int]:
        mine, its = pty.openpty()
        environment = os.environ | {"COLUMNS": "80", "LINES": "24", "TERM": "xterm", "NO_COLOR": "1"}
        command = [*PROGRAM, "--dsn", dsn, "watch", "--every", every]
        process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True)
        os.close(its)
        return process, mine

    def until(self, text: str) -> None:
        """Returns as soon as it has written that, since it wrote what was waited for before."""
        end = time.monotonic() + PATIENCE
        while text not in self.written:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} is not in {self.written!r}"
            self.written += os.read(self.descriptor, 65536).decode(errors="replace")
        self.written = self.written.partition(text)[2]

    def press(self, key: str) -> None:
        os.write(self.descriptor, key.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.descriptor)
