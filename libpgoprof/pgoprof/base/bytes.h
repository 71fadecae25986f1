// Bytes: views, and a growable buffer that is never zero-filled.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace pgoprof {

using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Owns `capacity()` bytes of which the first `size()` are in use. Made for reuse: `clear()` keeps the allocation.
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer taken(std::move(other));
        swap(taken);
        return *this;
    }

    std::byte* data() { return data_.get(); }
    const std::byte* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }
    ByteView view() const { return {data_.get(), size_}; }
    std::string_view text() const { return as_text(view()); }

    void clear() { size_ = 0; }

    /// Keeps the bytes in use; the rest is uninitialised. A large block is moved by remapping its pages, not by copying
    /// them, and of what is reserved only what is used takes memory.
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_) return;
        void* const grown = std::realloc(data_.get(), capacity);
        if (grown == nullptr) throw std::bad_alloc();
        [[maybe_unused]] auto* const moved = data_.release();
        data_.reset(static_cast<std::byte*>(grown));
        capacity_ = capacity;
    }

    /// Bytes beyond the old size are uninitialised. `size` may be at most `capacity()`, else the buffer grows to it.
    void resize(std::size_t size) {
        reserve(size);
        size_ = size;
    }

    void append(ByteView bytes) {
        if (bytes.empty()) return;
        if (size_ + bytes.size() > capacity_) reserve(std::max(size_ + bytes.size(), 2 * capacity_));
        std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    void append(std::string_view text) { append(as_bytes(text)); }

private:
    void swap(Buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    struct Free {
        void operator()(std::byte* block) const { std::free(block); }
    };

    std::unique_ptr<std::byte[], Free> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace pgoprof
