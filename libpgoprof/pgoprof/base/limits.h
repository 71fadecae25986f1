// Limits that decoders hold to before they allocate, and the budget that counts against them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace pgoprof {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

/// What one input may cost. There is no decoder without limits. Merges are sorted, and compress 5 to 7 times: those of
/// up to 1,000 captured profiles need at most 49 bytes a stored byte beyond the base, the most where a vector has just
/// grown. So 100 is twice that; a file of 1 MB may not cost much more (tests/cli/test_bombs.py).
struct Limits {
    std::uint64_t input_bytes = kGiB;             ///< bytes as stored (compressed)
    std::uint64_t budget_base = 64 * kMiB;        ///< memory a decode may use whatever the input's size
    std::uint64_t budget_per_input_byte = 100;    ///< and what each stored byte adds
    std::uint64_t inflated_bytes = 4 * kGiB - 1;  ///< offsets into inflated data are 32 bits wide; not to be raised
    std::uint64_t stack_depth = 65536;            ///< locations in one sample
    std::uint64_t sample_types = 256;             ///< there is a value of each in every sample
    std::uint64_t string_bytes = kMiB;            ///< bytes in one string

    /// Memory, in bytes, that decoding an input of `stored_bytes` may use: inflated data and decoded records together.
    std::uint64_t decode_budget(std::uint64_t stored_bytes) const {
        return budget_base + budget_per_input_byte * stored_bytes;
    }

    /// The limits after the user named the size, as stored, of the largest input to take. A large one may cost as much
    /// memory to decode.
    Limits with_max_input_size(std::uint64_t bytes) const {
        Limits limits = *this;
        limits.input_bytes = bytes;
        limits.budget_base = std::max(budget_base, bytes);
        return limits;
    }
};

/// Counts memory against a limit. Charges come before the allocation that they pay for.
class Budget {
public:
    explicit Budget(std::uint64_t bytes) : left_(bytes) {}

    /// False, and nothing charged, if `bytes` are not left.
    [[nodiscard]] bool charge(std::uint64_t bytes) {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }

    void refund(std::uint64_t bytes) { left_ += bytes; }
    std::uint64_t left() const { return left_; }

    /// Appends to `vector`, charging for its growth first; the old block counts until it is freed. False if the budget
    /// does not allow it.
    template <typename T>
    [[nodiscard]] bool append(std::vector<T>& vector, const T& value) {
        if (vector.size() == vector.capacity() && !grow(vector)) return false;
        vector.push_back(value);
        return true;
    }

    /// Lengthens `vector` by `count` elements, on the same terms.
    template <typename T>
    [[nodiscard]] bool extend(std::vector<T>& vector, std::size_t count) {
        if (vector.size() + count > vector.capacity() && !grow(vector, vector.size() + count)) return false;
        vector.resize(vector.size() + count);
        return true;
    }

private:
    template <typename T>
    bool grow(std::vector<T>& vector, std::size_t least = 64) {
        const std::uint64_t old_bytes = vector.capacity() * sizeof(T);
        const std::uint64_t capacity = std::max<std::uint64_t>(least, vector.capacity() * 2);
        if (!charge(capacity * sizeof(T))) return false;
        vector.reserve(capacity);
        refund(old_bytes);
        return true;
    }

    std::uint64_t left_;
};

}  // namespace pgoprof
