"""How messages find workflows: events start them, signals reach them, what comes too early waits."""

from cityos_runtime.dispatch.routes import EventRoute, Routes, SignalRoute, Starts

__all__ = ["EventRoute", "Routes", "SignalRoute", "Starts"]
