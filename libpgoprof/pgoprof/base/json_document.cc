#include "pgoprof/base/json_document.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace pgoprof {
namespace {

constexpr std::size_t kMaxDepth = 100;

}  // namespace

/// What nlohmann's parser tells it. False ends the parsing.
class JsonDocument::Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    Builder(JsonDocument& out, Budget& budget) : out_(out), budget_(budget) {}

    Error take_error() { return std::move(error_); }

    bool null() override { return add({.kind = Kind::null}); }
    bool boolean(bool value) override { return add({.kind = Kind::boolean, .integer = value ? 1 : 0}); }
    bool number_integer(std::int64_t value) override { return add({.kind = Kind::integer, .integer = value}); }
    bool number_unsigned(std::uint64_t value) override {
        if (value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
            return number_integer(static_cast<std::int64_t>(value));
        }
        return number_float(static_cast<double>(value), {});
    }
    bool number_float(double value, const std::string&) override { return add({.kind = Kind::real, .real = value}); }
    bool string(std::string& text) override { return add_string(text); }
    bool binary(nlohmann::json::binary_t&) override { return false; }  // never in text

    bool start_object(std::size_t) override { return open(Kind::object); }
    bool key(std::string& text) override { return add_string(text); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Kind::array); }
    bool end_array() override { return close(); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
        const std::uint64_t offset = position == 0 ? 0 : position - 1;
        error_ = {.message = "malformed JSON", .offset = Offset{offset, OffsetSpace::inflated}};
        return false;
    }

private:
    bool add(Node node) {
        if (!open_.empty()) ++out_.nodes_[open_.back()].span.size;
        node.next = static_cast<std::uint32_t>(out_.nodes_.size()) + 1;
        return budget_.append(out_.nodes_, node) || refuse("the JSON has more values than fit in memory");
    }

    bool add_string(std::string_view text) {
        const std::size_t begin = out_.strings_.size();
        if (!budget_.extend(out_.strings_, text.size())) return refuse("the JSON has more text than fits in memory");
        std::ranges::copy(text, out_.strings_.begin() + static_cast<std::ptrdiff_t>(begin));
        return add({.kind = Kind::string,
                    .span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(text.size())}});
    }

    bool open(Kind kind) {
        if (open_.size() == kMaxDepth) return refuse("the JSON is nested too deeply");
        if (!add({.kind = kind})) return false;
        open_.push_back(static_cast<std::uint32_t>(out_.nodes_.size()) - 1);
        return true;
    }

    bool close() {
        out_.nodes_[open_.back()].next = static_cast<std::uint32_t>(out_.nodes_.size());
        open_.pop_back();
        return true;
    }

    bool refuse(const char* why) {
        error_ = {.code = ErrorCode::limit_exceeded, .message = why, .rule = "PGO106"};
        return false;
    }

    JsonDocument& out_;
    Budget& budget_;
    std::vector<std::uint32_t> open_;
    Error error_;
};

Result<> JsonDocument::parse(ByteView text, Budget& budget) {
    nodes_.clear();
    strings_.clear();
    Builder builder(*this, budget);
    const std::string_view json = as_text(text);
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &builder)) return fail(builder.take_error());
    return {};
}

bool JsonValue::is_array() const { return exists() && document_->nodes_[at_].kind == JsonDocument::Kind::array; }

bool JsonValue::is_object() const { return exists() && document_->nodes_[at_].kind == JsonDocument::Kind::object; }

std::optional<std::string_view> JsonValue::string() const {
    if (!exists() || document_->nodes_[at_].kind != JsonDocument::Kind::string) return std::nullopt;
    return document_->text_of(document_->nodes_[at_]);
}

std::optional<double> JsonValue::number() const {
    if (!exists()) return std::nullopt;
    const JsonDocument::Node& node = document_->nodes_[at_];
    if (node.kind == JsonDocument::Kind::real) return node.real;
    if (node.kind == JsonDocument::Kind::integer) return static_cast<double>(node.integer);
    return std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer() const {
    if (!exists()) return std::nullopt;
    const JsonDocument::Node& node = document_->nodes_[at_];
    if (node.kind == JsonDocument::Kind::integer) return node.integer;
    constexpr double kLimit = 0x1p63;
    if (node.kind != JsonDocument::Kind::real || std::trunc(node.real) != node.real) return std::nullopt;
    if (node.real < -kLimit || node.real >= kLimit) return std::nullopt;
    return static_cast<std::int64_t>(node.real);
}

JsonValue JsonValue::operator[](std::string_view name) const {
    if (!is_object()) return {};
    const auto& nodes = document_->nodes_;
    for (std::uint32_t at = at_ + 1; at < nodes[at_].next;) {
        const std::uint32_t value = nodes[at].next;
        if (document_->text_of(nodes[at]) == name) return {document_, value};
        at = nodes[value].next;
    }
    return {};
}

std::size_t JsonValue::size() const { return is_array() ? document_->nodes_[at_].span.size : 0; }

JsonValue::Iterator& JsonValue::Iterator::operator++() {
    at_ = document_->nodes_[at_].next;
    return *this;
}

JsonValue::Iterator JsonValue::begin() const {
    Iterator iterator;
    iterator.document_ = document_;
    iterator.at_ = is_array() ? at_ + 1 : 0;
    return iterator;
}

JsonValue::Iterator JsonValue::end() const {
    Iterator iterator;
    iterator.document_ = document_;
    iterator.at_ = is_array() ? document_->nodes_[at_].next : 0;
    return iterator;
}

}  // namespace pgoprof
