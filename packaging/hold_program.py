"""Run when the frozen program starts on Linux: modules are read from this very file, also after an upgrade replaced it.

PyInstaller opens the program by its path each time a module is imported; the offsets that it knows would then be those of
another file. The old one lives on as long as it is open.
"""

import os
import sys

import pyimod02_importers  # PyInstaller's own, in every frozen program

if pyimod02_importers.pyz_archive is not None:
    opened = os.open(sys.executable, os.O_RDONLY | os.O_CLOEXEC)
    pyimod02_importers.pyz_archive._filename = f"/proc/self/fd/{opened}"
