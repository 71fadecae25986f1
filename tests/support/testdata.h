// The files under testdata/.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pgoprof::testing {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string read_testdata(const std::string& name) {
    return read_file(std::filesystem::path(PGOPROF_TESTDATA) / name);
}

}  // namespace pgoprof::testing
