#include "pgoprof/fetch/access.h"

namespace pgoprof {

Result<> grant(const Access& access, HttpRequest& request) {
    request.headers.insert(request.headers.end(), access.headers.begin(), access.headers.end());
    if (!request.url.has_user_info()) {
        request.url.user = access.user;
        request.url.password = access.password;
    }
    request.tls = access.tls;
    return {};
}

}  // namespace pgoprof
