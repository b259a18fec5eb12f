"""python-glanceclient 2.17.1, the last with Glance's API v1."""

import glance_v1_steps  # noqa: F401
