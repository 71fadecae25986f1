#include "pgo_fetch/access_options.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "cli/options.h"
#include "pgoprof/base/limits.h"
#include "pgoprof/io/source.h"

namespace pgoprof::cli {
namespace {

/// A pipe, as the shell makes of <(command), can be read only once.
bool is_read_once(const std::string& path) {
    std::error_code error;
    return path == "-" || (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error));
}

/// libcurl's own words for what is no certificate do not name the file.
Result<> check_pem(const std::string& path) {
    Buffer content;
    if (path.empty() || is_read_once(path)) return {};
    if (auto read = read_input(path, 64 * kMiB, content); !read) return fail_in(path, read.error());
    if (content.text().find("-----BEGIN ") != std::string_view::npos) return {};
    return fail_in(path, {.code = ErrorCode::invalid_content,
                          .message = "not a PEM file",
                          .remedy = "such a file has a line that begins with -----BEGIN"});
}

Result<> check_combination(const AccessOptions& options) {
    const bool header = std::ranges::any_of(
        options.headers, [](const auto& given) { return CLI::detail::to_lower(given.first) == "authorization"; });
    if (int{header} + int{!options.bearer_token_file.empty()} + int{!options.user.empty()} > 1) {
        return fail(ErrorCode::usage, "--bearer-token-file, --user and -H Authorization exclude each other");
    }
    if (!options.password_file.empty() && options.user.empty()) {
        return fail(ErrorCode::usage, "--password-file needs --user");
    }
    if (!options.key_file.empty() && options.certificate_file.empty()) {
        return fail(ErrorCode::usage, "--key needs --cert");
    }
    return {};
}

Result<> set_user(const AccessOptions& options, Access& access) {
    if (options.user.empty()) return {};
    if (!options.password_file.empty()) {
        auto password = read_secret(options.password_file);
        if (!password) return fail(password.error());
        access.user = options.user;
        access.password = *std::move(password);
        return {};
    }
    const auto colon = options.user.find(':');
    if (colon == std::string::npos) {
        return fail(ErrorCode::usage, "--user has no password",
                    "write USER:PASSWORD, or name a file that holds the password with --password-file: others on this "
                    "machine can read arguments");
    }
    access.user = options.user.substr(0, colon);
    access.password = options.user.substr(colon + 1);
    return {};
}

Result<> set_bearer(const AccessOptions& options, Access& access) {
    if (options.bearer_token_file.empty()) return {};
    const auto token = read_secret(options.bearer_token_file);
    if (!token) return fail(token.error());
    if (is_read_once(options.bearer_token_file)) {
        access.headers.emplace_back("Authorization", "Bearer " + *token);
    } else {
        access.bearer_token_file = options.bearer_token_file;
    }
    return {};
}

Result<std::string> netrc_path(const AccessOptions& options, const Environment& environment) {
    if (!options.netrc_file.empty() || !options.netrc) return options.netrc_file;
    if (auto path = environment("NETRC"); path && !path->empty()) return *std::move(path);
    if (auto home = environment("HOME")) return *std::move(home) + "/.netrc";
    return fail(ErrorCode::usage, "--netrc needs HOME in the environment", "name the file with --netrc-file");
}

Result<> set_netrc(const AccessOptions& options, const Environment& environment, Access& access) {
    const auto path = netrc_path(options, environment);
    if (!path) return fail(path.error());
    Buffer content;
    if (path->empty()) return {};
    if (const auto read = read_input(*path, kMiB, content); !read) return fail_in(*path, read.error());
    access.netrc = content.text();
    return {};
}

Result<> set_tls(const AccessOptions& options, const Environment& environment, HttpTls& tls) {
    tls = {.ca_file = options.ca_file,
           .certificate_file = options.certificate_file,
           .key_file = options.key_file,
           .insecure = options.insecure};
    if (tls.ca_file.empty()) tls.ca_file = environment("SSL_CERT_FILE").value_or("");
    for (const std::string* path : {&tls.ca_file, &tls.certificate_file, &tls.key_file}) {
        if (auto sound = check_pem(*path); !sound) return sound;
    }
    return {};
}

Result<> set_headers(const AccessOptions& options, HttpHeaders& headers) {
    headers = options.headers;
    for (const std::string& path : options.header_files) {
        auto more = read_header_file(path);
        if (!more) return fail(more.error());
        std::ranges::move(*more, std::back_inserter(headers));
    }
    return {};
}

CLI::Option* add_file_option(CLI::App& app, const std::string& name, std::string& path, const std::string& help) {
    return add_parsed_option(app, name, "the name of a file", help, parse_name,
                             [&path](const std::string& text) { path = text; })
        ->type_name("FILE");
}

}  // namespace

void declare_access_options(CLI::App& app, AccessOptions& options) {
    add_repeatable_option(app, "-H,--header", "a header, such as 'X-Scope-OrgID: team'",
                          "Send this header, too, to every target; not secrets, which others can read here",
                          parse_header, [&options](const auto& header) { options.headers.push_back(header); })
        ->type_name("HEADER");
    add_repeatable_option(app, "--header-file", "the name of a file",
                          "Send the headers in FILE, one a line (repeatable)", parse_name,
                          [&options](const std::string& path) { options.header_files.push_back(path); })
        ->type_name("FILE");
    add_file_option(app, "--bearer-token-file", options.bearer_token_file,
                    "Send the token in FILE, read anew for each capture, as Authorization: Bearer");
    add_parsed_option(app, "-u,--user", "USER:PASSWORD, or USER with --password-file",
                      "Basic authentication, as USER:PASSWORD or, with --password-file, as USER", parse_name,
                      [&options](const std::string& text) { options.user = text; })
        ->type_name("USER");
    add_file_option(app, "--password-file", options.password_file, "The password that belongs to --user; - is stdin");
    app.add_flag("--netrc", options.netrc, "Log in as ~/.netrc (or $NETRC) says for the host");
    add_file_option(app, "--netrc-file", options.netrc_file,
                    "Log in as FILE, in the form of ~/.netrc, says for the host");
    add_file_option(app, "--cacert", options.ca_file,
                    "Trust the certificate authorities in FILE (PEM) instead of the system's");
    add_file_option(app, "--cert", options.certificate_file, "Show the servers this client certificate (PEM)");
    add_file_option(app, "--key", options.key_file, "Its private key, unless it is in the same file");
    app.add_flag("--insecure", options.insecure, "Believe any certificate: others can then read along, and answer");
}

Result<Access> make_access(const AccessOptions& options, const Environment& environment) {
    if (auto sound = check_combination(options); !sound) return fail(sound.error());
    Access access;
    if (auto set = set_headers(options, access.headers); !set) return fail(set.error());
    if (auto set = set_user(options, access); !set) return fail(set.error());
    if (auto set = set_tls(options, environment, access.tls); !set) return fail(set.error());
    if (auto set = set_bearer(options, access); !set) return fail(set.error());
    if (auto set = set_netrc(options, environment, access); !set) return fail(set.error());
    return access;
}

void warn_of_access(const AccessOptions& options, const Console& console) {
    if (!options.insecure) return;
    console.warning(
        "--insecure: no certificate is checked, so that anybody on the way can read what is sent, credentials too, and "
        "answer in the server's place");
}

}  // namespace pgoprof::cli
