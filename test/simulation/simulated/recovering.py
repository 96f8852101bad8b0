"""Recovery as it is, for everybody who leaves something to it, and the processes that are started again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from tradelatch import TradelatchError
from tradelatch.exchange import OrderRefused, Unreachable
from tradelatch.recovery import Recovery
from tradelatch.testing import SimulatedClock

from .doors import Death, Outdated, Worker
from .world import GRACE, LEASE, VENUE, World


async def keep_alive(world: World, name: str, script: Callable[[Worker], Awaitable[None]], until: datetime) -> None:
    """A process that is started again whenever it dies."""
    worker = Worker(world, name)
    while world.clock.now() < until:
        try:
            await script(worker)
            if world.exchange.is_down():
                await world.clock.sleep(300)
        except Death:
            await world.clock.sleep(world.seconds(5, 60))
        except (TradelatchError, OrderRefused, Unreachable, Outdated) as error:
            worker.decide(f"gives up: {type(error).__name__}")
            await world.clock.sleep(300 if world.exchange.is_down() else world.seconds(1, 5))


@dataclass(frozen=True)
class Steps:
    """The clock for those who compute a time to wait from the database's: in half seconds, as everybody waits."""

    clock: SimulatedClock

    def now(self) -> datetime:
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        is_step = seconds * 2 == int(seconds * 2)
        await self.clock.sleep(seconds if is_step else int(seconds * 2 + 0.3) / 2 + 0.5)


def recovery_of(worker: Worker) -> Recovery:
    clock = Steps(worker.world.clock)
    return Recovery(worker.book, {VENUE: worker.exchange}, clock=clock, lease=LEASE, grace=GRACE, close_adopted=True)


async def recover(worker: Worker) -> None:
    for done in await recovery_of(worker).run_once():
        ordinal = worker.world.ordinal(done.position_id)
        worker.decide(f"{ordinal} {done.outcome}, {done.status}: {_plain(done.reason, worker.world)}")


async def recover_again_and_again(worker: Worker) -> None:
    await worker.world.clock.sleep(worker.world.seconds(5, 15))
    await recover(worker)


def _plain(reason: str, world: World) -> str:
    """Without what differs from run to run."""
    return " ".join(word for word in reason.split() if not any(letter.isdigit() for letter in word))
