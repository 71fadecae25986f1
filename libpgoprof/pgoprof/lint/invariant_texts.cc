// What is to be said of the invariants beyond their summaries.
#include "pgoprof/lint/rules.h"

namespace pgoprof::detail {

std::string_view explain(Invariant invariant) {
    switch (invariant) {
        case Invariant::gzip_header:
            return "The file begins like gzip (1f 8b), but the header that follows is not one: an unknown compression "
                   "method, a wrong header checksum, or a file name or comment of more than 511 bytes. Go says "
                   "\"decompressing profile: gzip: invalid header\". The file was damaged, or is something else.";
        case Invariant::gzip_truncated:
            return "The compressed data ends in the middle. Go says \"decompressing profile: unexpected EOF\". The "
                   "download or the copy broke off, or the disk was full: collect or copy it again. What is there "
                   "cannot be trusted to be all but the end.";
        case Invariant::gzip_corrupt:
            return "The compressed data is not valid deflate. Go says \"decompressing profile: flate: corrupt "
                   "input\". The file was damaged on the way: by a conversion of line ends (mark default.pgo as "
                   "binary in .gitattributes), by a text-mode transfer, or in storage.";
        case Invariant::gzip_checksum:
            return "The data inflates, but not to what was compressed: checksum or size differ. Go says "
                   "\"decompressing profile: gzip: invalid checksum\". The file was damaged: collect or copy it again.";
        case Invariant::gzip_trailing_data:
            return "Something follows the last gzip member; even zero bytes are too much for Go, while gunzip and "
                   "zlib look past them. Several members one after the other are fine. Padding comes from block "
                   "devices and some object stores, other bytes from files that were written over without being cut.";
        case Invariant::size_limit:
            return "The profile is larger, or would need more memory, than these tools allow without being asked: a "
                   "few kilobytes of gzip can hide gigabytes. Go has no limits and would try. If you trust the file, "
                   "--max-input-size allows more bytes and memory; of stacks of more than 65,536 locations, of more "
                   "than 256 sample types, and of strings beyond 1 MiB nothing does. A profile that is really that "
                   "large is a cost in every build: pgo-merge "
                   "--compact makes it small.";
        case Invariant::not_a_profile:
            return "The content is plainly something else, such as an HTML page (a login or an error page, downloaded "
                   "without looking at the status), JSON, a perf.data recording, an ELF binary or a text profile. Go "
                   "tries to read it as pprof and fails with something like \"unknown wire type\". Look at what was "
                   "collected from where; pgo-fetch checks the answer.";
        case Invariant::wire_truncated:
            return "A field is longer than what is left of the file. Go says \"not enough data\" or \"bad varint\". "
                   "The file was cut short, or is not a profile.";
        case Invariant::wire_bad_varint:
            return "A number is encoded in more than ten bytes, or its last byte is missing. Go says \"bad varint\". "
                   "The file was damaged, or is not a profile.";
        case Invariant::wire_unknown_type:
            return "A field has a wire type that protobuf does not have or that Go does not read (3, 4, 6, 7). Go "
                   "says \"unknown wire type\". That is what it says of nearly everything that is not a profile.";
        case Invariant::wire_type_mismatch:
            return "A field of the profile has the wire type of another kind of value. Go says \"type mismatch\". The "
                   "file was damaged, or was written against another schema.";
        case Invariant::string_table_start:
            return "All that has no text refers to string 0, so that it must be the empty string. Go says "
                   "\"string_table[0] must be ''\" (\"malformed profile format\" if there is no table at all). A tool "
                   "wrote the profile wrongly.";
        case Invariant::string_index:
            return "A name, a unit or a label refers to a string that is not in the table. Go says \"malformed "
                   "profile format\". The file was damaged, or a tool wrote it wrongly.";
        case Invariant::sample_type_missing:
            return "There are samples, but nothing says what their values are. Go says \"missing sample type "
                   "information\". A tool wrote the profile wrongly.";
        case Invariant::value_count:
            return "Each sample has one value for each sample type, in their order. Where one has more or fewer, its "
                   "values cannot be told apart. Go says \"mismatch: sample has: N values vs. M types\". A tool "
                   "dropped or added a sample type and left the samples as they were.";
        case Invariant::mapping_id_zero:
            return "Id 0 means \"no mapping\" where others refer to it, so that no mapping may have it. Go says "
                   "\"found mapping with reserved ID=0\".";
        case Invariant::mapping_id_duplicate:
            return "Two mappings have one id: what a location refers to is not clear. Go says \"multiple mappings "
                   "with same id\". Profiles were put together without renumbering: merge them with pgo-merge.";
        case Invariant::function_id_zero:
            return "Id 0 means \"no function\" where lines refer to it, so that no function may have it. Go says "
                   "\"found function with reserved ID=0\".";
        case Invariant::function_id_duplicate:
            return "Two functions have one id: what a line refers to is not clear. Go says \"multiple functions with "
                   "same id\". Profiles were put together without renumbering: merge them with pgo-merge.";
        case Invariant::location_id_zero:
            return "Id 0 is reserved, so that no location may have it. Go says \"found location with reserved id=0\". "
                   "A tool numbered from 0.";
        case Invariant::location_id_duplicate:
            return "Two locations have one id: what a stack refers to is not clear. Go says \"multiple locations with "
                   "same id\". Profiles were put together without renumbering: merge them with pgo-merge.";
        case Invariant::function_unknown:
            return "A line refers to a function that is not in the profile. Go says \"Function ID N not found\". A "
                   "tool removed functions that were still in use.";
        case Invariant::location_unknown:
            return "The leaf of a sample with weight, or its caller, is at a location that is not in the profile. Go "
                   "does not check that: go tool preprofile crashes (\"invalid memory address or nil pointer "
                   "dereference\"), and the build ends with a stack trace that names no file. A tool removed "
                   "locations that were still in use.";
        case Invariant::mapping_unknown:
            return "A location refers to a mapping that is not in the profile. Go reads no mappings and accepts it. "
                   "We do not, since an address without its mapping loses its meaning in a merge.";
        case Invariant::unread_string_index:
            return "A label's unit or the documentation URL refers to a string that is not in the table. Go's "
                   "compiler does not read these and accepts it; go tool pprof refuses it, and so do we.";
        case Invariant::weight_overflow:
            return "Values add up to more than 64 bits hold. Go wraps around without a word, which turns the hottest "
                   "edge into the coldest. Values were multiplied, or are in a unit that is too fine.";
        case Invariant::preprofile_malformed:
            return "The file begins like the output of preprofile, but its lines are not caller, callee, and offset "
                   "with weight. The compiler says \"preprocessed profile entry ...\". go build takes no such file, "
                   "whole or not: give it the pprof profile.";
        case Invariant::preprofile_duplicate_edge:
            return "One edge stands there twice. The compiler says \"preprocessed profile contains duplicate edge\". "
                   "The file was put together by hand, or a name holds a line break. go build takes no such file "
                   "anyway: give it the pprof profile.";
        case Invariant::unread_location_unknown:
            return "A stack refers to a location that is not in the profile, further out than Go reads stacks (it "
                   "reads the two leaf-most locations), or in a sample without weight. Go does not notice. We refuse "
                   "it, since the stack is not what was sampled, and the same fault elsewhere would crash the build "
                   "(PGO123).";
    }
    __builtin_unreachable();
}

}  // namespace pgoprof::detail
