// The addresses of a recorded stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>

#include "pgoprof/base/bytes.h"

namespace pgoprof {

/// A view of addresses, leaf first, callers' being return addresses, where they stand in the recording. As in perf's
/// chains, values from PERF_CONTEXT_MAX on are no addresses: they say whose the next ones are. Those of the process
/// itself are walked over; the kernel's, a hypervisor's and a guest's are left out.
class AddressChain {
public:
    enum class Beginning : bool { elsewhere, in_process };

    AddressChain() = default;

    /// `words`: of 64 bits, aligned or not. The first ones are the process's own or not, as `beginning` says.
    AddressChain(ByteView words, Beginning beginning) : words_(words), beginning_(beginning) {}

    /// All of the process.
    explicit AddressChain(std::span<const std::uint64_t> addresses)
        : AddressChain(std::as_bytes(addresses), Beginning::in_process) {}

    class Iterator {
    public:
        using difference_type = std::ptrdiff_t;
        using value_type = std::uint64_t;
        using iterator_concept = std::forward_iterator_tag;

        Iterator() = default;
        std::uint64_t operator*() const { return word(); }
        Iterator& operator++() {
            at_ += kWordSize;
            skip_others();
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

    private:
        friend class AddressChain;

        Iterator(const std::byte* at, const std::byte* end, bool in_process)
            : at_(at), end_(end), in_process_(in_process) {
            skip_others();
        }

        std::uint64_t word() const {
            std::uint64_t word = 0;
            std::memcpy(&word, at_, kWordSize);
            return word;
        }

        void skip_others() {
            for (; at_ != end_; at_ += kWordSize) {
                if (const std::uint64_t context = word(); context >= kFirstContext)
                    in_process_ = context == kUserContext;
                else if (in_process_)
                    return;
            }
        }

        const std::byte* at_ = nullptr;
        const std::byte* end_ = nullptr;
        bool in_process_ = false;
    };

    Iterator begin() const { return {words_.data(), past_last(), beginning_ == Beginning::in_process}; }
    Iterator end() const { return {past_last(), past_last(), false}; }
    bool empty() const { return begin() == end(); }

private:
    static constexpr std::size_t kWordSize = sizeof(std::uint64_t);
    static constexpr std::uint64_t kFirstContext = static_cast<std::uint64_t>(-4095);
    static constexpr std::uint64_t kUserContext = static_cast<std::uint64_t>(-512);

    const std::byte* past_last() const { return words_.data() + words_.size() / kWordSize * kWordSize; }

    ByteView words_;
    Beginning beginning_ = Beginning::in_process;
};

}  // namespace pgoprof
