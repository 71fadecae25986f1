// Whether a recording may be of the binary that it is read with.
#pragma once

#include <string>
#include <vector>

#include "pgoprof/binary/go_binary.h"
#include "pgoprof/transform/recording_fold.h"

namespace pgoprof {

/// Return addresses follow calls, but for the few that signals and the runtime make up. Whether those of the recording
/// do where `binary` has them; true where there are too few to tell. What is wrong otherwise is said with the remedy:
/// an error invalid_content, or where the choice takes any build, in `notes`.
Result<bool> check_fit(const GoBinary& binary, const RecordingInfo& info, const FoldedRecording& folded,
                       const RecordingChoice& choice, std::vector<std::string>& notes);

}  // namespace pgoprof
