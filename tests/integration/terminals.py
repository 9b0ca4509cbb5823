"""Whether this machine has pseudo-terminals: a container without /dev/pts has none."""

import os
import pty
import unittest


def _available():
    try:
        for end in pty.openpty():
            os.close(end)
        return True
    except OSError:
        return False


needed = unittest.skipUnless(_available(), "this machine has no pseudo-terminals")
