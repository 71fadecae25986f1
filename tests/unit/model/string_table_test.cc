#include "pgoprof/model/string_table.h"

#include <catch2/catch.hpp>
#include <string>

using pgoprof::StringId;
using pgoprof::StringTable;

TEST_CASE("A string table gives equal strings one id and keeps their bytes") {
    StringTable table;
    CHECK(table.intern("") == StringId{0});
    for (std::uint32_t i = 1; i <= 10'000; ++i) CHECK(table.intern("name" + std::to_string(i)) == StringId{i});
    for (std::uint32_t i = 10'000; i >= 1; --i) CHECK(table.intern("name" + std::to_string(i)) == StringId{i});
    CHECK(table[StringId{777}] == "name777");

    const std::string bytes("a\0\xff\n", 4);
    CHECK(table[table.intern(bytes)] == bytes);
    CHECK(table.intern(std::string("a\0\xfe\n", 4)) != table.intern(bytes));
}

TEST_CASE("String tables are equal if they hold the same strings under the same ids") {
    StringTable a;
    StringTable b;
    a.intern("x");
    b.intern("x");
    CHECK(a == b);
    b.intern("y");
    CHECK_FALSE(a == b);
}
