"""Comparing the cost of two commands on a machine that is not quiet."""

import os
import pathlib
import statistics
import subprocess
from typing import NamedTuple


class Run(NamedTuple):
    wall: float    # seconds
    cpu: float     # seconds, of the process and its children
    memory: float  # peak resident bytes


def run_once(command, **options):
    launcher = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs/run_measured"
    run = subprocess.run([str(word) for word in [launcher, *command]], stdout=subprocess.PIPE, check=True, **options)
    return Run(*map(float, run.stdout.split()))


def alternate(commands, rounds, warm_up=True, **options):
    """{name: [run_once...]}; in turns, so that what disturbs one disturbs the others too. One round more warms up."""
    runs = {name: [] for name in commands}
    for turn in range(rounds + warm_up):
        for name, command in commands.items():
            run = run_once(command, **options)
            if turn >= warm_up:
                runs[name].append(run)
    return runs


def medians(runs):
    return Run(*map(statistics.median, zip(*runs)))


def smallest(runs):
    return Run(*map(min, zip(*runs)))


def compare(title, ours, theirs, rounds=20):
    """Prints the medians of both and their ratio (above 1: ours is faster)."""
    runs = alternate({"ours": ours, "theirs": theirs}, rounds)
    ours, theirs = medians(runs["ours"]), medians(runs["theirs"])
    print(f"{title} (medians of {rounds})")
    for name, run in {"ours": ours, "theirs": theirs}.items():
        print(f"  {name:7} {run.wall * 1e3:9.1f} ms  {run.cpu * 1e3:9.1f} ms CPU")
    print(f"  ratio   {theirs.wall / ours.wall:9.2f}     {theirs.cpu / ours.cpu:9.2f}")
