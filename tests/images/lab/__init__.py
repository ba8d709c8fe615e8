"""A laboratory of real programs: Docker Engine, a registry and skopeo, on this machine alone.

Everything lives in one directory and listens on a socket in it or on the loopback interface;
`python -m tests.images.lab up DIR` starts it and `down DIR` stops it, by the ids of its processes.
"""

from tests.images.lab.laboratory import PROGRAMS, Lab, missing

__all__ = ["PROGRAMS", "Lab", "missing"]
