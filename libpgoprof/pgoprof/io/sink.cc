#include "pgoprof/io/sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>

#include "pgoprof/base/file_descriptor.h"

namespace pgoprof {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCannotWrite = "cannot be written";

Result<> write_to(int fd, ByteView data) { return write_all(fd, data) ? Result<>() : fail_errno(kCannotWrite); }

/// What `path` leads to, if its last component is a symbolic link; that need not exist.
fs::path follow_links(fs::path path) {
    constexpr int kMostLinks = 40;  // as the kernel
    for (int i = 0; i < kMostLinks; ++i) {
        std::error_code not_a_link;
        const fs::path target = fs::read_symlink(path, not_a_link);
        if (not_a_link) break;
        path = path.parent_path() / target;
    }
    return path;
}

/// The file under its temporary name; gone with this object unless it was put in place.
class Temporary {
public:
    /// A new file in `directory`. `mode` is subject to the umask.
    static Result<Temporary> create(const fs::path& directory, mode_t mode) {
        constexpr int kAttempts = 100;
        std::random_device random;
        for (int i = 0; i < kAttempts; ++i) {
            std::string path = directory / fmt::format(".pgoprof-{:08x}.tmp", random());
            const int fd =
                retry_interrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode); });
            if (fd >= 0) return Temporary(std::move(path), FileDescriptor(fd));
            if (errno != EEXIST) break;
        }
        return fail_errno(kCannotWrite);
    }

    Temporary(Temporary&& other) noexcept : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
    Temporary& operator=(Temporary&&) = delete;
    ~Temporary() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }

    /// The owner is kept as far as our rights go, the permissions in any case.
    Result<> take_over(const struct stat& old) {
        if (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) {
            [[maybe_unused]] const int best_effort = ::fchown(file_.get(), old.st_uid, old.st_gid);
        }
        if (::fchmod(file_.get(), old.st_mode & 0777) != 0) return fail_errno(kCannotWrite);
        return {};
    }

    Result<> write(ByteView data) { return write_to(file_.get(), data); }

    Result<> close() {
        if (retry_interrupted([&] { return ::fsync(file_.get()); }) != 0) return fail_errno(kCannotWrite);
        if (!file_.close()) return fail_errno(kCannotWrite);
        return {};
    }

    Result<> put_in_place(const fs::path& target) {
        if (::rename(path_.c_str(), target.c_str()) != 0) return fail_errno(kCannotWrite);
        path_.clear();
        return {};
    }

private:
    Temporary(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}

    std::string path_;
    FileDescriptor file_;
};

}  // namespace

/// Where an output goes.
class Output::Target {
public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;
    virtual Result<> write(ByteView data) = 0;
    virtual Result<> commit() = 0;
};

/// What cannot be replaced.
class Output::Direct : public Target {
public:
    static Result<std::unique_ptr<Target>> open(const std::string& path) {
        FileDescriptor file(retry_interrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
        if (!file.valid()) return fail_errno(kCannotWrite);
        auto direct = std::make_unique<Direct>(file.get());
        direct->owned_ = std::move(file);
        return direct;
    }

    explicit Direct(int fd) : fd_(fd) {}

    Result<> write(ByteView data) override { return write_to(fd_, data); }

    Result<> commit() override {
        if (owned_.valid() && !owned_.close()) return fail_errno(kCannotWrite);
        return {};
    }

private:
    int fd_;
    FileDescriptor owned_;
};

class Output::Replacement : public Target {
public:
    /// `old` is the file to be replaced, if there is one. Its content stays hidden as it was: the temporary is ours
    /// alone until it has the old permissions.
    static Result<std::unique_ptr<Target>> open(fs::path target, const std::optional<struct stat>& old) {
        if (old && ::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) return fail_errno(kCannotWrite);
        const fs::path directory = target.has_parent_path() ? target.parent_path() : fs::path(".");
        auto temporary = Temporary::create(directory, old ? 0600 : 0666);
        if (!temporary) return fail(temporary.error());
        if (old) {
            if (auto kept = temporary->take_over(*old); !kept) return fail(kept.error());
        }
        return std::make_unique<Replacement>(std::move(target), std::move(*temporary));
    }

    Replacement(fs::path target, Temporary temporary) : target_(std::move(target)), temporary_(std::move(temporary)) {}

    Result<> write(ByteView data) override { return temporary_.write(data); }

    Result<> commit() override {
        if (auto closed = temporary_.close(); !closed) return closed;
        return temporary_.put_in_place(target_);
    }

private:
    fs::path target_;
    Temporary temporary_;
};

Output::Output(std::string name, std::unique_ptr<Target> target) : name_(std::move(name)), target_(std::move(target)) {}
Output::Output(Output&&) noexcept = default;
Output& Output::operator=(Output&&) noexcept = default;
Output::~Output() = default;

Result<Output> Output::open(const std::string& path) {
    if (path == "-") return Output("<stdout>", std::make_unique<Direct>(STDOUT_FILENO));
    const auto open_target = [&]() -> Result<std::unique_ptr<Target>> {
        struct stat status{};
        if (::stat(path.c_str(), &status) != 0) {
            if (errno != ENOENT) return fail_errno(kCannotWrite);
            return Replacement::open(follow_links(path), std::nullopt);
        }
        if (S_ISDIR(status.st_mode)) return fail(ErrorCode::io_failure, "is a directory", "name a file in it");
        if (!S_ISREG(status.st_mode)) return Direct::open(path);
        return Replacement::open(follow_links(path), status);
    };
    auto target = open_target();
    if (!target) return fail_in(path, std::move(target.error()));
    return Output(path, std::move(*target));
}

Result<> Output::write(ByteView data) {
    auto written = target_->write(data);
    if (!written) return fail_in(name_, std::move(written.error()));
    return {};
}

Result<> Output::commit() {
    auto committed = target_->commit();
    if (!committed) return fail_in(name_, std::move(committed.error()));
    return {};
}

bool would_replace(const std::string& output, const std::string& other) {
    if (output.empty() || output == "-" || other == "-") return false;
    const auto place = [](const std::string& path) {
        std::error_code unknown;
        return fs::weakly_canonical(follow_links(fs::absolute(path, unknown)), unknown);
    };
    std::error_code missing;
    return !fs::is_other(output, missing) && place(output) == place(other);
}

Result<> write_output(const std::string& path, ByteView data) {
    auto output = Output::open(path);
    if (!output) return fail(output.error());
    if (auto written = output->write(data); !written) return written;
    return output->commit();
}

}  // namespace pgoprof
