#include "pgoprof/fetch/treatment.h"

#include <array>
#include <utility>

#include "pgoprof/base/gzip.h"
#include "pgoprof/codec/pprof.h"
#include "pgoprof/transform/intern.h"
#include "pgoprof/transform/no_inline.h"
#include "pgoprof/transform/tidy.h"

namespace pgoprof {

bool changes_anything(const Treatment& treatment) { return treatment.drop_labels || treatment.tame_inlining; }

Result<Profile> treat(const RawProfile& raw, const Treatment& treatment) {
    Profile profile = intern(raw);
    if (treatment.tame_inlining) rename_functions(profile, std::array{no_stack_growth_step()});
    Selection selection;
    if (treatment.drop_labels) selection.label_keys.emplace();
    return tidy(profile, selection);
}

ProfileBody body_of(const Profile& profile) { return {.bytes = gzip(encode_pprof(profile).view())}; }

}  // namespace pgoprof
