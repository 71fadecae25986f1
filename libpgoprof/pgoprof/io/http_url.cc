#include "pgoprof/io/http_url.h"

#include <curl/curl.h>

#include <memory>
#include <new>
#include <ranges>

namespace pgoprof {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// A part that is absent is empty.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string copy = text;
    curl_free(text);
    return copy;
}

UrlHandle new_handle() {
    UrlHandle handle(curl_url(), &curl_url_cleanup);
    if (!handle) throw std::bad_alloc();
    return handle;
}

bool set_url(CURLU* url, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return false;
    return curl_url_set(url, CURLUPART_URL, std::string(text).c_str(), 0) == CURLUE_OK;
}

std::optional<HttpUrl> parts(CURLU* url) {
    HttpUrl parts{
        .scheme = part(url, CURLUPART_SCHEME),
        .user = part(url, CURLUPART_USER, CURLU_URLDECODE),
        .password = part(url, CURLUPART_PASSWORD, CURLU_URLDECODE),
        .host = part(url, CURLUPART_HOST),
        .port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT),
        .path = part(url, CURLUPART_PATH),
        .query = part(url, CURLUPART_QUERY),
    };
    if ((parts.scheme != "http" && parts.scheme != "https") || parts.host.empty()) return std::nullopt;
    return parts;
}

std::string assemble(const HttpUrl& url, std::string_view user_info) {
    std::string text = url.scheme + "://";
    text += user_info;
    text += url.host;
    if (url.port != (url.scheme == "https" ? "443" : "80")) text += ":" + url.port;
    text += url.path;
    if (!url.query.empty()) text += "?" + url.query;
    return text;
}

}  // namespace

std::optional<HttpUrl> parse_http_url(std::string_view text) {
    const UrlHandle handle = new_handle();
    if (!set_url(handle.get(), text)) return std::nullopt;
    return parts(handle.get());
}

std::optional<HttpUrl> resolve(const HttpUrl& base, std::string_view reference) {
    const UrlHandle handle = new_handle();
    if (!set_url(handle.get(), to_string(base)) || !set_url(handle.get(), reference)) return std::nullopt;
    auto url = parts(handle.get());
    if (url) url->user = url->password = "";
    return url;
}

std::string to_string(const HttpUrl& url) { return assemble(url, {}); }

std::string redacted(const HttpUrl& url) {
    HttpUrl shown = url;
    shown.query = redacted_query(url.query);
    return assemble(shown, url.has_user_info() ? "***@" : "");
}

std::string redacted_query(std::string_view query) {
    std::string shown;
    for (const auto part : std::views::split(query, '&')) {
        const std::string_view pair(part.begin(), part.end());
        if (pair.empty()) continue;
        if (!shown.empty()) shown += '&';
        const auto equals = pair.find('=');
        if (pair.starts_with("seconds=")) {
            shown += pair;
        } else {
            shown += equals == pair.npos ? "***" : std::string(pair.substr(0, equals)) + "=***";
        }
    }
    return shown;
}

std::string redacted(std::string_view text) {
    const auto at = text.rfind('@');
    const std::string shown = at == text.npos ? std::string(text) : "***" + std::string(text.substr(at));
    const auto query = shown.find('?');
    return query == shown.npos ? shown : shown.substr(0, query) + "?***";
}

}  // namespace pgoprof
