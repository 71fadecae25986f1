// Opens a binary that is damaged in COUNT ways, one after the other; the same SEED damages it the same.
//   damage_binary BINARY COUNT SEED flip|cut [SECTION...]
// flip: up to 32 bits at random places, within sections of these names if there are any; cut: at random sizes.
#include <elf.h>
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/exercise_binary.h"

namespace {

using pgoprof::as_bytes;
using pgoprof::testing::MemoryFile;

struct Range {
    std::size_t begin = 0;
    std::size_t size = 0;
};

template <typename T>
T load(const std::string& file, std::size_t offset) {
    T value;
    std::memcpy(&value, file.data() + offset, sizeof(T));
    return value;
}

/// Of a sound file.
std::vector<Range> ranges_of(const std::string& file, const std::vector<std::string_view>& names) {
    if (names.empty()) return {{0, file.size()}};
    std::vector<Range> ranges;
    const auto header = load<Elf64_Ehdr>(file, 0);
    const auto section = [&](std::size_t i) { return load<Elf64_Shdr>(file, header.e_shoff + i * sizeof(Elf64_Shdr)); };
    const auto names_at = section(header.e_shstrndx).sh_offset;
    for (std::size_t i = 0; i < header.e_shnum; ++i) {
        const std::string_view name = file.data() + names_at + section(i).sh_name;
        for (const std::string_view wanted : names) {
            if (name == wanted) ranges.push_back({section(i).sh_offset, section(i).sh_size});
        }
    }
    return ranges;
}

class Damage {
public:
    Damage(const std::string& path, unsigned seed, const std::vector<std::string_view>& sections)
        : content_(read(path)), ranges_(ranges_of(content_, sections)), file_(as_bytes(content_)), random_(seed) {}

    bool has_ranges() const { return !ranges_.empty(); }

    bool flip() {
        std::vector<std::size_t> places(1 + random_() % 32);
        for (std::size_t& place : places) {
            const Range& range = ranges_[random_() % ranges_.size()];
            place = range.begin + random_() % range.size;
            const char changed = static_cast<char>(content_[place] ^ (1 << random_() % 8));
            file_.write(place, as_bytes(std::string_view(&changed, 1)));
        }
        const bool opened = pgoprof::testing::exercise_binary(file_.path(), 200);
        for (const std::size_t place : places) file_.write(place, as_bytes(std::string_view(&content_[place], 1)));
        return opened;
    }

    bool cut() {
        const std::size_t size = random_() % content_.size();
        file_.resize(size);
        const bool opened = pgoprof::testing::exercise_binary(file_.path(), 200);
        file_.write(size, as_bytes(std::string_view(content_).substr(size)));
        return opened;
    }

private:
    static std::string read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::string content_;
    std::vector<Range> ranges_;
    MemoryFile file_;
    std::mt19937 random_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return 2;
    Damage damage(argv[1], static_cast<unsigned>(std::atoi(argv[3])), {argv + 5, argv + argc});
    if (!damage.has_ranges()) return 2;
    const bool flips = std::string_view(argv[4]) == "flip";
    int opened = 0;
    for (int i = 0; i < std::atoi(argv[2]); ++i) opened += flips ? damage.flip() : damage.cut();
    fmt::print("{}\n", opened);
    return 0;
}
