"""Comparing the cost of two commands on a machine that is not quiet."""

import os
import statistics
import subprocess
import time


def run_once(command):
    """(wall seconds, CPU seconds of the process and its children)."""
    started = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return wall, usage.ru_utime + usage.ru_stime


def alternate(commands, rounds):
    """{name: [run_once...]}; in turns, so that what disturbs one disturbs the others too. One round warms up."""
    runs = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            run = run_once(command)
            if turn:
                runs[name].append(run)
    return runs


def compare(title, ours, theirs, rounds=20):
    """Prints the medians of both and their ratio (above 1: ours is faster)."""
    runs = alternate({"ours": ours, "theirs": theirs}, rounds)
    medians = {name: [statistics.median(column) for column in zip(*all_runs)] for name, all_runs in runs.items()}
    print(f"{title} (medians of {rounds})")
    for name, (wall, cpu) in medians.items():
        print(f"  {name:7} {wall * 1e3:9.1f} ms  {cpu * 1e3:9.1f} ms CPU")
    wall, cpu = (theirs / ours for ours, theirs in zip(medians["ours"], medians["theirs"]))
    print(f"  ratio   {wall:9.2f}     {cpu:9.2f}")
