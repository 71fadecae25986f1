// A target that is always the same one source.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pgoprof/fetch/source.h"

namespace pgoprof {

class FixedTarget final : public Target {
public:
    explicit FixedTarget(Source source) : source_(std::move(source)) {}

    const std::string& name() const override { return source_.name; }
    Result<std::vector<Source>> sources(const Ask&) override { return std::vector{source_}; }

private:
    Source source_;
};

}  // namespace pgoprof
