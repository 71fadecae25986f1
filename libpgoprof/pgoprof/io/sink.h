// Writing whole outputs, or nothing.
#pragma once

#include <memory>
#include <string>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

/// An output in the making. A regular (or new) file is replaced atomically: a temporary in the same directory, fsync,
/// rename; without `commit`, at any failure or kill, the old file stays as it was and the temporary is removed (if we
/// still run). Should the machine itself go down afterwards, there is the old file or the whole new one: to wait for
/// the directory, too, would tell which, for a quarter of the time that a small merge takes. Symbolic links are
/// followed, an existing file's mode is kept, a new one's is 0666 less the umask. What is not a regular file (a pipe,
/// /dev/null, stdout) is written directly. Errors carry the name of the output.
class Output {
public:
    /// `path` may be "-" for stdout.
    static Result<Output> open(const std::string& path);

    Output(Output&&) noexcept;
    Output& operator=(Output&&) noexcept;
    ~Output();

    Result<> write(ByteView data);

    /// To be called once, when all is written.
    Result<> commit();

private:
    class Target;
    class Direct;
    class Replacement;

    Output(std::string name, std::unique_ptr<Target> target);

    std::string name_;
    std::unique_ptr<Target> target_;
};

/// Whether writing to `output` would replace what is at `other`, under whichever names. Never of "-", a pipe or a
/// device, which keep nothing that could be replaced.
bool would_replace(const std::string& output, const std::string& other);

/// All of an output at once.
Result<> write_output(const std::string& path, ByteView data);

}  // namespace pgoprof
