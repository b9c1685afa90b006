"""One run: a source, effects, a target."""

from afterglow.engine.loop import Summary, Watch, plan, run
from afterglow.engine.plans import Job, Plan, memory_of, reach_of, result_of

__all__ = [
    "Job",
    "Plan",
    "Summary",
    "Watch",
    "memory_of",
    "plan",
    "reach_of",
    "result_of",
    "run",
]
