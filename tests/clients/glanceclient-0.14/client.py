"""python-glanceclient 0.14.0, of the time of Nova 2014.2, which needs Python 2."""

import glance_v1_steps  # noqa: F401
