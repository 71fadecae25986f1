// JSON that was written elsewhere, read within limits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pgoprof/base/bytes.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/base/result.h"

namespace pgoprof {

class JsonDocument;

/// A value of a document, or of a place where it has none: what is looked up in that is missing, too.
class JsonValue {
public:
    JsonValue() = default;

    bool exists() const { return document_ != nullptr; }
    bool is_array() const;
    bool is_object() const;
    std::optional<std::string_view> string() const;
    std::optional<double> number() const;
    /// Of a number without a fraction that fits.
    std::optional<std::int64_t> integer() const;

    /// The member of that name; missing if there is none, or if this is no object.
    JsonValue operator[](std::string_view name) const;
    /// Of an array; 0 for anything else.
    std::size_t size() const;

    /// Walks the elements of an array; over anything else, not at all.
    class Iterator {
    public:
        JsonValue operator*() const { return {document_, at_}; }
        Iterator& operator++();
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

    private:
        friend class JsonValue;
        const JsonDocument* document_ = nullptr;
        std::uint32_t at_ = 0;
    };
    Iterator begin() const;
    Iterator end() const;

private:
    friend class JsonDocument;
    JsonValue(const JsonDocument* document, std::uint32_t at) : document_(document), at_(at) {}

    const JsonDocument* document_ = nullptr;
    std::uint32_t at_ = 0;
};

/// Owns its strings, which are UTF-8. Values refer to it: it must stay where it is.
class JsonDocument {
public:
    /// `budget` is charged before memory grows. Errors: invalid_content with the inflated offset; limit_exceeded
    /// (PGO106), for nesting deeper than any of the formats here has, too.
    Result<> parse(ByteView text, Budget& budget);

    JsonValue root() const { return {this, 0}; }

private:
    friend class JsonValue;
    friend class JsonValue::Iterator;
    class Builder;

    enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

    struct Span {
        std::uint32_t begin;  ///< in `strings_`
        std::uint32_t size;   ///< in bytes; of an array: elements
    };

    /// In the order of the text. The elements of an array follow it; so do an object's members, each a string and a
    /// value.
    struct Node {
        Kind kind = Kind::null;
        std::uint32_t next = 0;  ///< the node behind this one and all that is in it
        union {
            Span span{};
            std::int64_t integer;
            double real;
        };
    };

    std::string_view text_of(const Node& node) const { return {strings_.data() + node.span.begin, node.span.size}; }

    std::vector<Node> nodes_;
    std::vector<char> strings_;
};

}  // namespace pgoprof
