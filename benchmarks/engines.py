"""Three ways in which Ray gives out items one by one, and none, side by side.

After `make cluster` and `pip install 'ray[data]'`, with nothing else running:
python benchmarks/engines.py [--items 200] [--rounds 3]

An item is 20 ms of a processor, and gives a short text. Workers are there before the clock starts,
where the way has workers that stay: tasks.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
import ray.data

WORKERS = 2


def work(number: int) -> str:
    content = bytes(90_000)
    for _ in range(60):
        content = hashlib.sha256(content).digest() * 3000
    return f"{number} {hashlib.sha256(content).hexdigest()}"


class Worker:
    """What Ray makes an actor of; Ray Data calls it with a row."""

    def do(self, number: int) -> str:
        return work(number)

    def __call__(self, row: dict[str, int]) -> dict[str, str]:
        return {"result": work(row["item"])}


def here(items: int) -> list[str]:
    return [work(number) for number in range(items)]


def tasks(items: int) -> list[str]:
    task = ray.remote(num_cpus=1, max_retries=0)(work)
    return each_in_turn([task.remote] * 2 * WORKERS, items)


def actors(items: int) -> list[str]:
    made = [ray.remote(num_cpus=1)(Worker).remote() for _ in range(WORKERS)]
    found = each_in_turn([each.do.remote for each in made] * 2, items)
    for each in made:
        ray.kill(each)
    return found


def each_in_turn(free: list[Callable[[int], Any]], items: int) -> list[str]:
    """Give an item to whoever is free, until there is none left."""
    running: dict[Any, tuple[int, Callable[[int], Any]]] = {}
    found: dict[int, str] = {}
    todo = list(range(items))[::-1]
    while todo or running:
        while todo and free:
            number, give = todo.pop(), free.pop()
            running[give(number)] = number, give
        (ready,), _ = ray.wait(list(running))
        number, give = running.pop(ready)
        found[number] = ray.get(ready)
        free.append(give)
    return [found[number] for number in range(items)]


def ray_data(items: int) -> list[str]:
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    rows = ray.data.from_items(list(range(items)), override_num_blocks=items)
    pool = ray.data.ActorPoolStrategy(size=WORKERS)
    done = rows.map(Worker, compute=pool, num_cpus=1)
    return [row["result"] for row in done.iter_rows()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    ray.init("local", num_cpus=WORKERS, include_dashboard=False, logging_level="ERROR")
    ways = (here, tasks, actors, ray_data)
    expected, took = here(args.items), {way: list[float]() for way in ways}
    tasks(WORKERS * 4)
    for _ in range(args.rounds):
        for way in ways:
            start = time.perf_counter()
            assert way(args.items) == expected
            took[way].append(time.perf_counter() - start)
    for way, seconds in took.items():
        spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
        print(f"{way.__name__:10} {median(seconds):.1f} s ({spread})")


if __name__ == "__main__":
    main()
