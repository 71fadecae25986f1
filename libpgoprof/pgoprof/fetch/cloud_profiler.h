// Google Cloud Profiler: https://cloud.google.com/profiler/docs/reference/v2/rest/v2/projects.profiles/list
#pragma once

#include <memory>
#include <string_view>

#include "pgoprof/base/result.h"
#include "pgoprof/fetch/source.h"

namespace pgoprof {

/// "gcp://PROJECT/TARGET?version=1.2&zone=...": the `options.profiles` (100) newest CPU profiles within `options.range`
/// of a service, of whose deployment or profile these are labels. The token comes from the file that `options.access`
/// names, else from the metadata server (GCE_METADATA_HOST, if it is another); of it, otherwise, only whom to trust is
/// used. CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDPROFILER names another API server, as it does for gcloud. Errors (usage):
/// not of that form.
Result<std::unique_ptr<Target>> make_cloud_profiler(std::string_view text, const TargetOptions& options);

}  // namespace pgoprof
