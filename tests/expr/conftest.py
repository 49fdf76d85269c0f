"""No example fails for taking long: how fast a machine is says nothing about an answer."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
