#include "pgoprof/fetch/cluster.h"

#include "pgoprof/fetch/access.h"

namespace pgoprof {
namespace {

/// Credentials that expire so soon are renewed already.
constexpr std::chrono::seconds kMargin{30};

bool is_fresh(const ExecCredential& credential) {
    return !credential.expires || std::chrono::system_clock::now() + kMargin < *credential.expires;
}

void add_bearer(HttpRequest& request, const std::string& token) {
    request.headers.emplace_back("Authorization", "Bearer " + token);
}

}  // namespace

HttpUrl Cluster::url(std::string_view path, std::string query) const {
    HttpUrl url = config_.server;
    if (url.path.ends_with('/')) url.path.pop_back();
    url.path += path;
    url.query = std::move(query);
    return url;
}

Result<> Cluster::authorize(HttpRequest& request) {
    request.tls = config_.tls;
    request.proxy = config_.proxy;
    request.follow_redirects = false;
    request.headers.insert(request.headers.end(), config_.impersonation.begin(), config_.impersonation.end());
    if (!config_.token_file.empty()) {
        const auto token = read_secret(config_.token_file);
        if (!token) return fail(token.error());
        add_bearer(request, *token);
    } else if (!config_.token.empty()) {
        add_bearer(request, config_.token);
    } else if (!config_.user.empty()) {
        request.url.user = config_.user;
        request.url.password = config_.password;
    } else if (config_.exec) {
        return add_exec_credential(request);
    }
    return {};
}

Result<> Cluster::add_exec_credential(HttpRequest& request) {
    if (!credential_ || !is_fresh(*credential_)) {
        auto credential = run_exec_plugin(config_, note_);
        if (!credential) return fail(credential.error());
        credential_ = *std::move(credential);
    }
    if (!credential_->token.empty()) add_bearer(request, credential_->token);
    if (!credential_->key_pem.empty()) {
        request.tls.certificate_pem = credential_->certificate_pem;
        request.tls.key_pem = credential_->key_pem;
    }
    return {};
}

bool Cluster::renew() {
    credential_.reset();
    return config_.exec.has_value();
}

}  // namespace pgoprof
