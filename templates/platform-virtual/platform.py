"""The development platform of the virtual boards, as PlatformIO loads it.

Owns: nothing but the answer that its boards are embedded ones. The build is `builder/main.py`, starting and
stopping boards is `runner.py`.
"""

from platformio.public import PlatformBase


class KwsvirtualPlatform(PlatformBase):
    """Looked up by PlatformIO under the platform's name without punctuation, capitalised."""

    def is_embedded(self):
        """Without this, `pio test` would run the firmware as a program of the host."""
        return True
