"""Merges the CPU profiles of a fleet on Spark: pgo-merge in every task, and again over the partial results, in a tree.

    spark-submit --files /usr/bin/pgo-merge merge_profiles.py 'hdfs:///profiles/*/*.pprof' default.pgo -- --drop-labels

The result is, byte for byte, that of one pgo-merge over the same files.
"""

import argparse
import collections
import itertools
import os
import re
import subprocess
import sys
import tempfile

from pyspark import SparkConf, SparkContext, SparkFiles

DONE, PARTIAL = 0, 5  # exit codes of pgo-merge; PARTIAL: some inputs failed, and --min-success allows it

# A result, with what pgo-merge had to say on the way there, and the worst of its exit codes.
Part = collections.namedtuple("Part", "profile messages exit_code")


def parse_arguments(arguments):
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description="Merge CPU profiles on Spark.", allow_abbrev=False,
                                     usage="%(prog)s [OPTION...] INPUT OUTPUT [-- PGO-MERGE-OPTION...]",
                                     epilog="Options of pgo-merge that follow -- are those of every step.")
    parser.add_argument("input", metavar="INPUT", help="directory or glob, in any file system that Spark reads")
    parser.add_argument("output", metavar="OUTPUT", help="file to write, on the driver's machine")
    parser.add_argument("--partitions", metavar="N", type=int, default=0, help="about how many tasks [one a core]")
    parser.add_argument("--pgo-merge", metavar="PATH", default="pgo-merge", dest="tool",
                        help="a file shipped with --files, a path on the workers, or a name in their PATH [pgo-merge]")
    parser.add_argument("--min-success", metavar="P%",
                        help="let profiles fail as long as P%% of them in each task can be merged")
    parsed, options = parser.parse_args(arguments[:end]), arguments[end + 1:]
    if any(option.startswith("--min-success") for option in options):
        parser.error("--min-success stands before --: no partial result may be missing")
    return parsed, options


def find(tool):
    shipped = SparkFiles.get(tool)
    return shipped if os.path.exists(shipped) else tool


def frame(profile):
    """The profile after its length, a varint: what pgo-merge --framed reads."""
    size, prefix = len(profile), bytearray()
    while size >= 0x80:
        prefix.append(size & 0x7F | 0x80)
        size >>= 7
    prefix.append(size)
    return bytes(prefix) + profile


def merge(command, profiles):
    """The Part made of (name, profile) pairs, of which one at a time is held. The output goes to a file, as the
    messages do, so that pgo-merge never waits for a reader while this waits for it to read."""
    names = {}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
        try:
            with subprocess.Popen([find(command[0]), *command[1:], "--framed"], stdin=subprocess.PIPE, stdout=output,
                                  stderr=messages) as process:
                for name, profile in profiles:
                    names[f"stdin, profile {len(names) + 1}"] = name if name.isprintable() else repr(name)
                    process.stdin.write(frame(profile))
        except BrokenPipeError:  # it gave up, and says why
            if process.returncode in (DONE, PARTIAL):
                raise
        messages.seek(0)
        text = name_frames(messages.read().decode(errors="backslashreplace"), names)
        if process.returncode not in (DONE, PARTIAL):
            raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{text}")
        output.seek(0)
        return Part(output.read(), text, process.returncode)


def name_frames(text, names):
    """pgo-merge knows only the numbers of what it is fed."""
    return re.sub("stdin, profile [0-9]+", lambda match: names.get(match[0], match[0]), text)


def merge_all(spark, arguments, command):
    """The Part made of all files that match."""
    tolerance = ["--min-success", arguments.min_success] if arguments.min_success else []

    def merge_files(files):
        first = next(files, None)
        if first is not None:
            yield merge([*command, *tolerance], itertools.chain([first], files))

    def merge_parts(left, right):
        both = merge(command, [("partial result", left.profile), ("partial result", right.profile)])
        return Part(both.profile, left.messages + right.messages + both.messages, max(left.exit_code, right.exit_code))

    files = spark.binaryFiles(arguments.input, arguments.partitions or spark.defaultParallelism)
    return files.mapPartitions(merge_files).treeReduce(merge_parts)


def configuration():
    return (SparkConf().setAppName("pgo-merge")
            # By default Spark counts each file as 4 MiB more than it is, and packs hundreds of profiles into one task.
            .setIfMissing("spark.files.openCostInBytes", "0")
            # No input is lost without a word, whatever the cluster's own defaults are.
            .set("spark.files.ignoreCorruptFiles", "false").set("spark.files.ignoreMissingFiles", "false"))


def main():
    arguments, options = parse_arguments(sys.argv[1:])
    command = [arguments.tool, *options]
    with SparkContext(conf=configuration()) as spark:
        merged = merge_all(spark, arguments, command)
        sys.stderr.write(merged.messages)
        # Once more, to check the durations of all, and to write the file as a whole or not at all.
        last = subprocess.run([find(arguments.tool), *options, "--framed", "-o", arguments.output],
                              input=frame(merged.profile), check=False)
    sys.exit(last.returncode or merged.exit_code)


if __name__ == "__main__":
    main()
