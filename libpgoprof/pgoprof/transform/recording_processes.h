// The processes of a recording and what is mapped into them, as they change.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pgoprof/base/ids.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"
#include "pgoprof/model/recording.h"

namespace pgoprof {

using RecordedFileId = Id<struct RecordedFileTag>;

/// A file that the recording saw mapped. Equal names with other build ids are other files.
struct RecordedFile {
    std::string name{};
    std::string build_id{};  ///< hex; empty where not recorded
    friend auto operator<=>(const RecordedFile&, const RecordedFile&) = default;
};

/// The addresses [start, end) of a process hold a file from `offset` on.
struct MappedRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    RecordedFileId file;
    friend bool operator==(const MappedRange&, const MappedRange&) = default;
};

/// By address; none overlap.
using MappedRanges = std::vector<MappedRange>;

/// Puts `range` over what `ranges` hold there.
void map_over(MappedRanges& ranges, const MappedRange& range);

struct RecordedProcess {
    std::string name{};
    std::optional<RecordedFileId> program{};  ///< what it executes: the file that was mapped first
    bool has_sought = false;                  ///< one of the table's `sought` files is mapped, or was
    std::shared_ptr<MappedRanges> ranges = std::make_shared<MappedRanges>();  ///< shared with forks until they differ

    /// What is mapped at `address`.
    const MappedRange* find(std::uint64_t address) const;
};

/// Follows a recording item by item. Two readings of one recording number the files alike.
class ProcessTable {
public:
    /// `memory`: bytes that it may take.
    explicit ProcessTable(std::uint64_t memory, std::vector<RecordedFile> sought = {})
        : budget_(memory), sought_(std::move(sought)) {}

    /// Errors: limit_exceeded. Samples change nothing.
    Result<> apply(const RecordingItem& item);

    /// Text names the file of each frame: numbers it, too. Errors: limit_exceeded.
    Result<RecordedFileId> file(std::string_view name, std::string_view build_id);

    /// Null for a process of which nothing is known.
    const RecordedProcess* find(std::uint32_t pid) const;

    const std::vector<RecordedFile>& files() const { return files_; }
    bool is_sought(RecordedFileId id) const { return is_sought_[id.value]; }

private:
    Result<> apply_mapping(const RecordedMapping& mapping);
    Result<> apply_name(const RecordedName& name);
    Result<> apply_fork(const RecordedFork& fork);
    Result<RecordedProcess*> process(std::uint32_t pid);

    Budget budget_;  // all that was ever added, or copied for a fork
    std::vector<RecordedFile> sought_;
    std::map<std::uint32_t, RecordedProcess> processes_;
    std::vector<RecordedFile> files_;
    std::vector<bool> is_sought_;
    std::map<RecordedFile, RecordedFileId> file_ids_;
    RecordedFile key_;                // reused, so that a look-up allocates nothing
    std::uint64_t ranges_moved_ = 0;  // to make room
};

/// Whether a file of this name may be a program: no library, and not what the kernel or JIT compilers make up
/// ("[vdso]", "//anon", "/memfd:x", "/dev/zero", "inode_only").
bool may_be_program(std::string_view filename);

/// The name without what the kernel adds to that of a file that is gone: " (deleted)".
std::string_view without_deleted(std::string_view filename);

/// The last element of the path.
std::string_view base_name(std::string_view filename);

}  // namespace pgoprof
