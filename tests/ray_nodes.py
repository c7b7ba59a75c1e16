"""A cluster of Ray on this machine, of as many machines as are asked for: for tests.

`python -m tests.ray_nodes 3` prints its address. A line on standard input, `kill` or `add`, ends
the youngest machine as a power cut would, or adds one, and is answered with a line. It all ends
with standard input, and so with whoever started it.
"""

import os
import sys


def main(count: int) -> None:
    """A machine has one core, and the smallest object store that Ray takes."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    each = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=each)
    try:
        nodes = [cluster.add_node(wait=False, **each) for _ in range(count - 1)]
        cluster.wait_for_nodes()
        print(cluster.address, flush=True)
        for line in sys.stdin:
            if line.strip() == "add":
                nodes.append(cluster.add_node(**each))
            else:
                cluster.remove_node(nodes.pop(), allow_graceful=False)
            print("done", flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]))
