# SPDX-License-Identifier: MIT
"""Programs on a terminal of a given size, for the tests that need one."""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

DEADLINE = 60  # seconds, for all that one program prints


class Terminal:
    """A program with a controlling terminal of its own; stderr may go elsewhere."""

    def __init__(self, command, folder, columns=80, rows=24, stderr=None):
        self.text = ""
        self.taken = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                size = struct.pack("HHHH", rows, columns, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                if stderr:
                    os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
                os.chdir(folder)
                os.umask(0)
                os.execvpe(command[0], command, {
                    "PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color",
                    "LC_ALL": "C.UTF-8", "TZ": "UTC"})
            finally:
                os._exit(127)

    def _read(self, end):
        """False at the end of output."""
        ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            os.kill(self.pid, signal.SIGKILL)
            sys.exit(f"nothing more came after: {self.text!r}")
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # as Linux says that the other end is closed
            return False
        self.text += self.decoder.decode(data)
        return bool(data)

    def expect(self, what):
        """Reads on until the text has come behind all that was expected before."""
        end = time.monotonic() + DEADLINE
        while what not in self.text[self.taken:]:
            if not self._read(end):
                sys.exit(f"{what!r} is missing in: {self.text!r}")
        self.taken = self.text.index(what, self.taken) + len(what)

    def send(self, text):
        os.write(self.fd, text.encode())

    def finish(self):
        """Everything that came, and the exit status, negative for a signal."""
        end = time.monotonic() + DEADLINE
        while self._read(end):
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return self.text, os.waitstatus_to_exitcode(status)
