// In what the inputs of a merge differ, and what of them the result therefore cannot have.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pgoprof/model/raw_profile.h"

namespace pgoprof {

/// For people: what a merge does is the Merger's to decide.
class Mixture {
public:
    /// `kept_labels` as in MergeOptions.
    explicit Mixture(std::optional<std::vector<std::string>> kept_labels) : kept_labels_(std::move(kept_labels)) {}

    /// `raw` must have passed check_invariants; nothing of it is kept by reference.
    void add(const RawProfile& raw);

    /// Keys of labels that are left out.
    const std::set<std::string, std::less<>>& dropped_labels() const { return dropped_labels_; }

    /// One line each: header fields of which only one text stays, units that are converted, different builds.
    std::vector<std::string> notes() const;

private:
    using Texts = std::set<std::string, std::less<>>;

    void add_labels(const RawProfile& raw);

    std::optional<std::vector<std::string>> kept_labels_;
    Texts dropped_labels_;
    std::map<std::string_view, Texts> header_;         ///< field -> texts, of literals
    std::map<std::string, Texts, std::less<>> units_;  ///< sample type -> units
    Texts builds_;                                     ///< build id, or else file, of the main binary
};

}  // namespace pgoprof
