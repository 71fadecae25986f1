// Reading and writing whole files. Faults of the system are in tests/cli/test_atomic_output.py.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "pgoprof/base/limits.h"
#include "pgoprof/io/sink.h"
#include "pgoprof/io/source.h"
#include "support/folder.h"

using namespace pgoprof;
using pgoprof::testing::Folder;
namespace fs = std::filesystem;

namespace {

std::string content_of(const std::string& path) {
    Buffer content;
    REQUIRE(read_input(path, kMiB, content));
    return std::string(content.text());
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

/// Puts `fd` in the place of stdin or stdout for a scope.
class Redirection {
public:
    Redirection(int standard, int fd) : standard_(standard), saved_(::dup(standard)) { ::dup2(fd, standard); }
    ~Redirection() {
        ::dup2(saved_, standard_);
        ::close(saved_);
    }
    Redirection(const Redirection&) = delete;
    Redirection& operator=(const Redirection&) = delete;

private:
    int standard_;
    int saved_;
};

}  // namespace

TEST_CASE("A file is read whole") {
    const Folder folder;
    const auto size = GENERATE(0u, 1u, 65535u, 65536u, 65537u, 300'000u);
    const std::string text(size, 'x');
    CHECK(content_of(folder.write("a", text)) == text);
}

TEST_CASE("What was in the buffer before is replaced") {
    const Folder folder;
    Buffer buffer;
    REQUIRE(read_input(folder.write("long", std::string(1000, 'l')), kMiB, buffer));
    REQUIRE(read_input(folder.write("short", "s"), kMiB, buffer));
    CHECK(buffer.text() == "s");
}

TEST_CASE("A file that the system gives no size for is read whole") {
    CHECK(content_of("/proc/self/status").size() > 100);
}

TEST_CASE("stdin is read from where it stands, piece by piece") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const std::string text(200'000, 'p');
    std::thread writer([&] {
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t count = ::write(ends[1], text.data() + at, std::min<std::size_t>(text.size() - at, 777));
            if (count > 0) at += static_cast<std::size_t>(count);
        }
        ::close(ends[1]);
    });
    {
        const Redirection stdin_is_pipe(STDIN_FILENO, ends[0]);
        CHECK(content_of("-") == text);
    }
    writer.join();
    ::close(ends[0]);

    const Folder folder;
    const int fd = ::open(folder.write("a", "skipped,rest").c_str(), O_RDONLY);
    ::lseek(fd, 8, SEEK_SET);
    {
        const Redirection stdin_is_file(STDIN_FILENO, fd);
        Buffer content;
        REQUIRE(read_input("-", 4, content));
        CHECK(content.text() == "rest");
    }
    ::close(fd);
}

TEST_CASE("The limit holds before memory is spent, for files and for what has no end") {
    const Folder folder;
    const std::string path = folder.write("a", std::string(1000, 'x'));
    Buffer content;
    CHECK(read_input(path, 1000, content));

    const auto refused = read_input(path, 999, content);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::limit_exceeded);
    CHECK(refused.error().input == path);
    CHECK(content.empty());

    REQUIRE(::truncate(path.c_str(), off_t{1} << 40) == 0);
    Buffer fresh;
    CHECK(read_input(path, kGiB, fresh).error().code == ErrorCode::limit_exceeded);
    CHECK(fresh.capacity() == 0);

    CHECK(read_input("/dev/zero", kMiB, fresh).error().code == ErrorCode::limit_exceeded);
    CHECK(fresh.capacity() <= kMiB + 1);
}

TEST_CASE("What cannot be read is named, with the reason") {
    const Folder folder;
    Buffer content;
    const auto missing = read_input(folder.file("none"), kMiB, content);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::io_failure);
    CHECK(missing.error().input == folder.file("none"));
    CHECK(missing.error().message == "cannot be opened: No such file or directory");

    const auto directory = read_input(folder.file("."), kMiB, content);
    REQUIRE_FALSE(directory);
    CHECK(directory.error().code == ErrorCode::io_failure);
    CHECK(directory.error().message == "is a directory");
    CHECK_FALSE(directory.error().remedy.empty());
    CHECK(input_name("-") == "<stdin>");
    CHECK(input_name("a") == "a");
}

TEST_CASE("An output is created as the umask says, and replaced with its mode kept") {
    const Folder folder;
    const std::string path = folder.file("out");
    const mode_t old_umask = ::umask(027);
    REQUIRE(write_output(path, as_bytes("first")));
    CHECK(mode_of(path) == 0640);
    CHECK(content_of(path) == "first");

    REQUIRE(::chmod(path.c_str(), 0606) == 0);
    REQUIRE(write_output(path, as_bytes("second, longer")));
    ::umask(old_umask);
    CHECK(mode_of(path) == 0606);
    CHECK(content_of(path) == "second, longer");
    REQUIRE(write_output(path, {}));
    CHECK(content_of(path).empty());
    CHECK(folder.entries() == 1);
}

TEST_CASE("A name without a directory is written to the current one") {
    const Folder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.file("."));
    const bool written = write_output("bare", as_bytes("content")).has_value();
    fs::current_path(before);
    CHECK(written);
    CHECK(content_of(folder.file("bare")) == "content");
}

TEST_CASE("Symbolic links are followed, and stay") {
    const Folder folder;
    fs::create_directory(folder.file("sub"));
    fs::create_symlink("sub/target", folder.file("middle"));
    fs::create_symlink(fs::absolute(folder.file("middle")), folder.file("link"));

    REQUIRE(write_output(folder.file("link"), as_bytes("through a dangling link")));
    CHECK(content_of(folder.file("sub/target")) == "through a dangling link");
    REQUIRE(write_output(folder.file("link"), as_bytes("again")));
    CHECK(content_of(folder.file("sub/target")) == "again");
    CHECK(fs::is_symlink(folder.file("link")));
    CHECK(fs::is_symlink(folder.file("middle")));
    CHECK(fs::is_regular_file(fs::symlink_status(folder.file("sub/target"))));
    CHECK(folder.entries() == 3);

    fs::create_symlink("loop", folder.file("loop"));
    CHECK(write_output(folder.file("loop"), as_bytes("x")).error().code == ErrorCode::io_failure);
}

TEST_CASE("What is not a regular file is written directly and stays what it is") {
    const Folder folder;
    const std::string fifo = folder.file("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::string received;
    std::thread reader([&] {
        Buffer content;
        if (read_input(fifo, kMiB, content)) received = content.text();
    });
    CHECK(write_output(fifo, as_bytes(std::string(100'000, 'f'))));
    reader.join();
    CHECK(received == std::string(100'000, 'f'));
    CHECK(fs::is_fifo(fifo));

    CHECK(write_output("/dev/null", as_bytes("gone")));
    CHECK(fs::is_character_file("/dev/null"));
    const auto full = write_output("/dev/full", as_bytes("no room"));
    REQUIRE_FALSE(full);
    CHECK(full.error().message == "cannot be written: No space left on device");
}

TEST_CASE("Where nothing can be written, the reason is given") {
    const Folder folder;
    const auto directory = write_output(folder.file("."), as_bytes("x"));
    REQUIRE_FALSE(directory);
    CHECK(directory.error().message == "is a directory");
    CHECK_FALSE(directory.error().remedy.empty());

    const auto no_folder = write_output(folder.file("none/out"), as_bytes("x"));
    REQUIRE_FALSE(no_folder);
    CHECK(no_folder.error().code == ErrorCode::io_failure);
    CHECK(no_folder.error().input == folder.file("none/out"));
    CHECK(no_folder.error().message == "cannot be written: No such file or directory");
    CHECK(folder.entries() == 0);
}

TEST_CASE("stdout is written to the last byte, or the failure is said") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const std::string text(200'000, 's');
    std::string received;
    std::thread reader([&] {
        char block[4096];
        for (ssize_t count; (count = ::read(ends[0], block, sizeof block)) > 0;)
            received.append(block, static_cast<std::size_t>(count));
    });
    bool written = false;
    {
        const Redirection stdout_is_pipe(STDOUT_FILENO, ends[1]);
        written = write_output("-", as_bytes(text)).has_value();
    }
    ::close(ends[1]);
    reader.join();
    ::close(ends[0]);
    CHECK(written);
    CHECK(received == text);

    const int full = ::open("/dev/full", O_WRONLY);
    Result<> failed;
    {
        const Redirection stdout_is_full(STDOUT_FILENO, full);
        failed = write_output("-", as_bytes("x"));
    }
    ::close(full);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().input == "<stdout>");
}
