#include "pgoprof/fetch/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ranges>

#include "pgoprof/base/limits.h"
#include "pgoprof/base/trim.h"
#include "pgoprof/fetch/netrc.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

constexpr std::uint64_t kMaxFileBytes = kMiB;

bool is_name(std::string_view name, std::string_view lower_case) {
    return std::ranges::equal(name, lower_case, {}, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
}

bool has_authorization(const HttpHeaders& headers) {
    return std::ranges::any_of(headers, [](const auto& header) { return is_name(header.first, "authorization"); });
}

/// A character of a header's name: a token's of RFC 9110.
bool is_token(unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos;
}

bool is_control(unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }

Result<Buffer> read(const std::string& path) {
    Buffer content;
    if (const auto done = read_input(path, kMaxFileBytes, content); !done) {
        return fail_in(input_name(path), done.error());
    }
    return content;
}

/// The host as netrc names it: without the brackets of an IPv6 address.
std::string_view bare_host(const HttpUrl& url) {
    std::string_view host = url.host;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return host;
}

Result<> grant_bearer(const std::string& path, HttpRequest& request) {
    const auto token = read_secret(path);
    if (!token) return fail(token.error());
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    return {};
}

/// The host of a unix socket's URL is nobody's name.
void grant_login(const std::string& netrc, HttpRequest& request) {
    if (netrc.empty() || !request.unix_socket.empty()) return;
    if (auto login = find_login(netrc, bare_host(request.url))) {
        request.url.user = std::move(login->user);
        request.url.password = std::move(login->password);
    }
}

}  // namespace

Result<> grant(const Access& access, HttpRequest& request) {
    request.tls = access.tls;
    const bool settled = request.url.has_user_info() || has_authorization(request.headers);
    for (const auto& header : access.headers) {
        if (!settled || !is_name(header.first, "authorization")) request.headers.push_back(header);
    }
    if (settled || has_authorization(request.headers)) return {};
    if (!access.bearer_token_file.empty()) return grant_bearer(access.bearer_token_file, request);
    if (!access.user.empty() || !access.password.empty()) {
        request.url.user = access.user;
        request.url.password = access.password;
    } else {
        grant_login(access.netrc, request);
    }
    return {};
}

std::optional<HttpHeaders::value_type> parse_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == 0 || colon == line.npos) return std::nullopt;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!std::ranges::all_of(name, is_token) || std::ranges::any_of(value, is_control)) return std::nullopt;
    if (is_name(name, "content-length") || is_name(name, "transfer-encoding")) return std::nullopt;
    return HttpHeaders::value_type(name, value);
}

Result<HttpHeaders> read_header_file(const std::string& path) {
    const auto content = read(path);
    if (!content) return fail(content.error());
    HttpHeaders headers;
    std::size_t number = 0;
    for (const auto part : std::views::split(content->text(), '\n')) {
        const std::string_view line = trim({part.begin(), part.end()}, " \t\r");
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        auto header = parse_header(line);
        if (!header) {
            return fail_in(input_name(path), {.code = ErrorCode::usage,
                                              .message = fmt::format("line {} is not a header", number),
                                              .remedy = "a header is written Name: value"});
        }
        headers.push_back(*std::move(header));
    }
    return headers;
}

Result<std::string> read_secret(const std::string& path) {
    const auto content = read(path);
    if (!content) return fail(content.error());
    std::string_view secret = content->text();
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.remove_suffix(1);
    if (!secret.empty() && std::ranges::none_of(secret, is_control)) return std::string(secret);
    return fail_in(input_name(path), {.code = ErrorCode::invalid_content,
                                      .message = secret.empty() ? "the file is empty"
                                                                : "not one line of text, as a token or password is"});
}

}  // namespace pgoprof
