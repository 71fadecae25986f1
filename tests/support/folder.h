// A place for a test's files.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace pgoprof::testing {

/// A folder of its own, gone afterwards.
class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "pgoprof-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ / name; }

    /// The path of the new file, in a new subfolder if `name` has one.
    std::string write(const std::string& name, std::string_view content = "") const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(file(name), std::ios::binary) << content;
        return file(name);
    }

    std::size_t entries() const {
        namespace fs = std::filesystem;
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

private:
    std::filesystem::path path_;
};

}  // namespace pgoprof::testing
