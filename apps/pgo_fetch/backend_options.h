// What is asked of backends, and where they are configured.
#pragma once

#include <CLI/CLI.hpp>

#include "pgoprof/fetch/source.h"

namespace pgoprof::cli {

/// --from, --to, --profiles, --no-mitigation, --kubeconfig, --context. Also lets backends see the environment.
void declare_backend_options(CLI::App& app, TargetOptions& options);

}  // namespace pgoprof::cli
