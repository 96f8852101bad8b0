"""What a bot lived through. Each module has a scenario, its story and its actors; `SCENARIOS` has them all by name."""

from .crash import CRASH
from .old_stop import OLD_STOP
from .parallel import PARALLEL
from .retry import RETRY
from .scenario import Scenario
from .stress import STRESS
from .synchronizer import SYNCHRONIZER

SCENARIOS = {scenario.name: scenario for scenario in (PARALLEL, SYNCHRONIZER, RETRY, CRASH, OLD_STOP, STRESS)}

__all__ = ["SCENARIOS", "Scenario"]
