"""Merges the CPU profiles of a fleet on Spark: pgo-merge in every task, and again over the partial results, in a tree.

    spark-submit --files /usr/bin/pgo-merge merge_profiles.py 'hdfs:///profiles/*/*.pprof' default.pgo -- --drop-labels

The result is, byte for byte, that of one pgo-merge over the same files.
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile

from pyspark import SparkConf, SparkContext, SparkFiles

SUCCEEDED = (0, 5)  # 5: as many inputs as --min-success asks for


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
    parsed = parser.parse_args(arguments[:end])
    return parsed, arguments[end + 1:]


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
    """The merged profile of (name, content) pairs, of which one at a time is held. The output goes to a file, as the
    messages do, so that pgo-merge never waits for a reader while this waits for it to read."""
    names = []
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
        try:
            with subprocess.Popen([find(command[0]), *command[1:], "--framed"], stdin=subprocess.PIPE, stdout=output,
                                  stderr=messages) as process:
                for name, content in profiles:
                    names.append(name)
                    process.stdin.write(frame(content))
        except BrokenPipeError:  # it gave up, and says why
            if process.returncode in SUCCEEDED:
                raise
        messages.seek(0)
        text = name_frames(messages.read().decode(errors="backslashreplace"), names)
        if process.returncode not in SUCCEEDED:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{text}")
        sys.stderr.write(text)
        output.seek(0)
        return output.read()


def name_frames(text, names):
    """pgo-merge knows what it is fed by number."""
    return re.sub(r"\bstdin, profile ([0-9]+)", lambda match: names[int(match[1]) - 1], text)


def merge_all(spark, pattern, partitions, command):
    """The merged profile of all files that match."""
    def merge_files(files):
        first = next(files, None)
        if first is not None:
            yield merge(command, itertools.chain([first], files))

    def merge_parts(left, right):
        return merge(command, [("partial result", left), ("partial result", right)])

    files = spark.binaryFiles(pattern, partitions or spark.defaultParallelism)
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
        merged = merge_all(spark, arguments.input, arguments.partitions, command)
        # Once more, to check the durations of all, and to write the file as a whole or not at all.
        last = subprocess.run([find(arguments.tool), *options, "--framed", "-o", arguments.output],
                              input=frame(merged), check=False)
    sys.exit(last.returncode)


if __name__ == "__main__":
    main()
