#!/usr/bin/env python3
"""Times the two exchanges of which a reduction consists, by the size of a bucket: under mpirun, on any number of hosts.

    mpirun -n 2 python3 Benchmarks/SeveralMachines/reduction.py [--total BYTES] [--buckets BYTES,…] [--rounds N]

They are those of `PartSum`: every rank sends each other its slice (MPI_Ialltoallv), and gives all the slice that it has added
up (MPI_Iallgatherv); a rank that waits looks a thousand times and then sleeps 20 µs between two looks. Nothing is added up, so
that the time is the network's. Rank 0 prints a line of JSON. Needs Open MPI's library and nothing else.
"""

import argparse
import ctypes
import json
import os
import sys
import time


class MPI:
    def __init__(self):
        path = os.environ.get("GFNET_LAB_MPI") or "libmpi.so.40"
        self.library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
        self.world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(self.library, "ompi_mpi_comm_world")))
        self.byte = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(self.library, "ompi_mpi_byte")))
        self.request = ctypes.c_void_p()
        self.call("MPI_Init", None, None)
        self.rank, self.size = self.number("MPI_Comm_rank"), self.number("MPI_Comm_size")

    def call(self, name, *arguments):
        if code := getattr(self.library, name)(*arguments):
            sys.exit(f"{name} failed with code {code}")

    def number(self, name):
        value = ctypes.c_int()
        self.call(name, self.world, ctypes.byref(value))
        return value.value

    def wait(self):
        done, looks = ctypes.c_int(), 0
        while True:
            self.call("MPI_Test", ctypes.byref(self.request), ctypes.byref(done), None)
            if done.value:
                return
            looks += 1
            if looks > 1000:
                time.sleep(20e-6)

    def barrier(self):
        self.call("MPI_Ibarrier", self.world, ctypes.byref(self.request))
        self.wait()

    def exchange(self, sent, sending, received, receiving):
        lists = [(ctypes.c_int * self.size)(*values) for values in (sending, starts(sending), receiving, starts(receiving))]
        self.call("MPI_Ialltoallv", sent, lists[0], lists[1], self.byte, received, lists[2], lists[3], self.byte, self.world,
                  ctypes.byref(self.request))
        self.wait()

    def gather(self, mine, everything, counts):
        lists = [(ctypes.c_int * self.size)(*values) for values in (counts, starts(counts))]
        self.call("MPI_Iallgatherv", mine, counts[self.rank], self.byte, everything, lists[0], lists[1], self.byte, self.world,
                  ctypes.byref(self.request))
        self.wait()


def starts(counts):
    return [sum(counts[:index]) for index in range(len(counts))]


def reduce(mpi, total, bucket, buffers):
    """One reduction of `total` bytes."""
    for start in range(0, total, bucket):
        count = min(bucket, total - start)
        slices = [count * (rank + 1) // mpi.size - count * rank // mpi.size for rank in range(mpi.size)]
        mpi.exchange(buffers[0], slices, buffers[1], [slices[mpi.rank]] * mpi.size)
        mpi.gather(buffers[1], buffers[2], slices)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--total", type=int, default=64 << 20, help="bytes of a reduction (default: 64 MiB)")
    parser.add_argument("--buckets", default=",".join(str(1 << power) for power in range(16, 27, 2)), help="bytes, with commas between them")
    parser.add_argument("--rounds", type=int, default=7, help="of each; the least time counts")
    options = parser.parse_args()
    mpi = MPI()
    found = []
    for bucket in map(int, options.buckets.split(",")):
        room = bucket + mpi.size
        buffers = [ctypes.create_string_buffer(room) for _ in range(3)]
        times = []
        for _ in range(options.rounds + 1):
            mpi.barrier()
            began = time.perf_counter()
            reduce(mpi, options.total, bucket, buffers)
            times.append(time.perf_counter() - began)
        found.append({"bucket": bucket, "seconds": min(times[1:])})
    if mpi.rank == 0:
        print(json.dumps({"ranks": mpi.size, "total": options.total, "buckets": found}), flush=True)
    mpi.call("MPI_Finalize")


if __name__ == "__main__":
    main()
