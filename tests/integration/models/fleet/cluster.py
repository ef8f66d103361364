"""A Dask cluster of two worker processes on this machine, until standard input ends.

Prints its address and the workers' process ids as one line of JSON.
"""

from __future__ import annotations

import json
import sys

from distributed import LocalCluster


def main() -> None:
    with LocalCluster(  # type: ignore[no-untyped-call]  # it has no types
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        pids = [nanny.pid for nanny in cluster.workers.values()]
        print(json.dumps({"address": cluster.scheduler_address, "pids": pids}), flush=True)  # noqa: T201 - it talks to a test
        sys.stdin.read()


if __name__ == "__main__":
    main()
