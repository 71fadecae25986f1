#include "pgoprof/fetch/kubeconfig.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <ranges>
#include <string_view>

#include "pgoprof/base/base64.h"
#include "pgoprof/base/trim.h"
#include "pgoprof/io/source.h"

namespace pgoprof {
namespace {

constexpr std::uint64_t kMaxFileBytes = 4 * kMiB;

struct ConfigFile {
    std::string path;
    YAML::Node root;
};

/// A part of a kubeconfig, and the file it stands in, from whose folder its relative paths lead.
struct Entry {
    const ConfigFile* file = nullptr;
    YAML::Node node{};

    std::string text(const char* key) const { return node[key] ? node[key].as<std::string>("") : ""; }
    bool flag(const char* key) const { return node[key] && node[key].as<bool>(false); }
    bool has(const char* key) const { return node[key] && !node[key].IsNull(); }

    std::string path(const char* key) const {
        std::string path = text(key);
        if (path.empty()) return path;
        return (std::filesystem::path(file->path).parent_path() / path).string();
    }

    std::unexpected<Error> refuse(std::string message, std::string remedy = {}) const {
        return fail_in(file->path, {.message = std::move(message), .remedy = std::move(remedy)});
    }
};

Result<ConfigFile> read_file(const std::string& path) {
    Buffer content;
    if (const auto read = read_input(path, kMaxFileBytes, content); !read) return fail(read.error());
    try {
        ConfigFile file{.path = path, .root = YAML::Load(std::string(content.text()))};
        if (file.root.IsMap() || file.root.IsNull()) return file;
        return fail_in(path, {.message = "not a kubeconfig"});
    } catch (const YAML::Exception& exception) {  // its words may show what stands there
        return fail_in(path, {.message = fmt::format("not YAML, in line {}", exception.mark.line + 1)});
    }
}

bool exists(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// Those that are there, of which the first to say something counts.
std::vector<std::string> config_paths(const TargetOptions& options) {
    if (!options.kubeconfig.empty()) return {options.kubeconfig};
    std::vector<std::string> paths;
    if (const auto list = options.variable("KUBECONFIG")) {
        for (const auto part : std::views::split(*list, ':')) {
            std::string path(part.begin(), part.end());
            if (!path.empty() && exists(path)) paths.push_back(std::move(path));
        }
    } else if (const auto home = options.variable("HOME")) {
        std::string path = *home + "/.kube/config";
        if (exists(path)) paths.push_back(std::move(path));
    }
    return paths;
}

/// The files together.
class Kubeconfig {
public:
    static Result<Kubeconfig> read(const std::vector<std::string>& paths) {
        Kubeconfig config;
        for (const std::string& path : paths) {
            auto file = read_file(path);
            if (!file) return fail(file.error());
            config.files_.push_back(*std::move(file));
        }
        return config;
    }

    std::string current_context() const {
        for (const ConfigFile& file : files_) {
            if (auto name = Entry{&file, file.root}.text("current-context"); !name.empty()) return name;
        }
        return {};
    }

    /// The `kind` ("cluster") of that name in the list of them ("clusters").
    Result<Entry> find(const char* list, const char* kind, const std::string& name) const {
        std::string known;
        for (const ConfigFile& file : files_) {
            const YAML::Node entries = file.root[list];
            if (!entries || !entries.IsSequence()) continue;
            for (const YAML::Node& node : entries) {
                const Entry entry{&file, node};
                if (!node.IsMap()) return entry.refuse(fmt::format("not a kubeconfig: \"{}\" has no names", list));
                if (entry.text("name") == name) return Entry{&file, node[kind] ? node[kind] : YAML::Node()};
                known += (known.empty() ? "" : ", ") + entry.text("name");
            }
        }
        return fail_in(files_.front().path, {.code = ErrorCode::usage,
                                             .message = fmt::format("no {} of the name \"{}\"", kind, name),
                                             .remedy = known.empty() ? "there is none at all" : "there are: " + known});
    }

private:
    std::vector<ConfigFile> files_;
};

/// "certificate-authority", or the same in base64 as "certificate-authority-data", which comes first.
Result<> read_pem(const Entry& entry, const std::string& key, std::string& file, std::string& pem) {
    std::string encoded = entry.text((key + "-data").c_str());
    std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    if (encoded.empty()) {
        file = entry.path(key.c_str());
        return {};
    }
    const auto decoded = decode_base64(encoded);
    if (!decoded) return entry.refuse(key + "-data is not base64");
    pem = decoded->text();
    return {};
}

Result<> read_cluster(const Entry& entry, ClusterConfig& config) {
    std::string server = entry.text("server");
    if (server.empty()) return entry.refuse("the cluster has no server");
    if (server.find("://") == server.npos) server = "https://" + server;
    const auto url = parse_http_url(server);
    if (!url || !url->query.empty()) return entry.refuse("the cluster's server is not an http or https URL");
    config.server = *url;
    config.tls.insecure = entry.flag("insecure-skip-tls-verify");
    config.tls.server_name = entry.text("tls-server-name");
    if (entry.has("proxy-url")) config.proxy = entry.text("proxy-url");
    return read_pem(entry, "certificate-authority", config.tls.ca_file, config.tls.ca_pem);
}

/// A command is looked up in PATH, unless there is a slash in it: then it is a path as all others are.
std::string command_path(const Entry& exec) {
    const std::string command = exec.text("command");
    return command.find('/') == command.npos ? command : exec.path("command");
}

Result<> read_exec(const Entry& exec, ClusterConfig& config) {
    ExecPlugin plugin{.api_version = exec.text("apiVersion"), .command = command_path(exec)};
    plugin.install_hint = exec.text("installHint");
    plugin.provide_cluster_info = exec.flag("provideClusterInfo");
    if (plugin.command.empty()) return exec.refuse("the exec plugin has no command");
    if (!plugin.api_version.starts_with("client.authentication.k8s.io/v1") || plugin.api_version.ends_with("alpha1")) {
        return exec.refuse(fmt::format("the exec plugin speaks \"{}\"", plugin.api_version),
                           "Kubernetes has client.authentication.k8s.io/v1 and v1beta1: update the plugin");
    }
    if (exec.text("interactiveMode") == "Always") {
        return exec.refuse("the exec plugin needs a terminal (interactiveMode: Always)",
                           "give a token or a client certificate, or a plugin that works alone");
    }
    for (const YAML::Node& argument : exec.node["args"]) plugin.arguments.push_back(argument.as<std::string>(""));
    for (const YAML::Node& node : exec.node["env"]) {
        const Entry pair{exec.file, node};
        plugin.environment.emplace_back(pair.text("name"), pair.text("value"));
    }
    config.exec = std::move(plugin);
    return {};
}

void read_impersonation(const Entry& user, HttpHeaders& headers) {
    if (user.has("as")) headers.emplace_back("Impersonate-User", user.text("as"));
    if (user.has("as-uid")) headers.emplace_back("Impersonate-Uid", user.text("as-uid"));
    if (!user.has("as-groups")) return;
    for (const YAML::Node& group : user.node["as-groups"]) {
        headers.emplace_back("Impersonate-Group", group.as<std::string>(""));
    }
}

bool fits_header(const HttpHeaders::value_type& header) {
    return header.second.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

Result<> read_user(const Entry& user, ClusterConfig& config) {
    if (user.has("auth-provider")) {
        return user.refuse(fmt::format("the user has the auth-provider \"{}\", which Kubernetes has removed",
                                       Entry{user.file, user.node["auth-provider"]}.text("name")),
                           "let the cluster's provider write the kubeconfig anew, with an exec plugin "
                           "(gke-gcloud-auth-plugin, kubelogin)");
    }
    config.token = trim(user.text("token"), " \t\r\n");
    config.token_file = user.path("tokenFile");
    config.user = user.text("username");
    config.password = user.text("password");
    read_impersonation(user, config.impersonation);
    if (!std::ranges::all_of(config.impersonation, fits_header) || !fits_header({"", config.token})) {
        return user.refuse("the user's token or names span lines");
    }
    if (const auto read = read_pem(user, "client-certificate", config.tls.certificate_file, config.tls.certificate_pem);
        !read)
        return read;
    if (const auto read = read_pem(user, "client-key", config.tls.key_file, config.tls.key_pem); !read) return read;
    return user.has("exec") ? read_exec({user.file, user.node["exec"]}, config) : Result<>();
}

Result<ClusterConfig> read_context(const Kubeconfig& kubeconfig, const std::string& name) {
    const auto context = kubeconfig.find("contexts", "context", name);
    if (!context) return fail(context.error());
    ClusterConfig config{.name = name, .server = {}};
    if (context->has("namespace")) config.name_space = context->text("namespace");
    const auto cluster = kubeconfig.find("clusters", "cluster", context->text("cluster"));
    if (!cluster) return fail(cluster.error());
    if (const auto read = read_cluster(*cluster, config); !read) return fail(read.error());
    if (context->text("user").empty()) return config;
    const auto user = kubeconfig.find("users", "user", context->text("user"));
    if (!user) return fail(user.error());
    if (const auto read = read_user(*user, config); !read) return fail(read.error());
    return config;
}

/// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
Result<ClusterConfig> in_cluster(const TargetOptions& options, const std::string& folder) {
    std::string host = options.variable("KUBERNETES_SERVICE_HOST").value_or("");
    if (host.find(':') != host.npos) host = "[" + host + "]";
    const std::string port = options.variable("KUBERNETES_SERVICE_PORT").value_or("443");
    const auto server = parse_http_url(fmt::format("https://{}:{}", host, port));
    if (!server) {
        return fail(ErrorCode::usage, "there is no cluster to ask",
                    "name a kubeconfig with --kubeconfig or in KUBECONFIG, and one of its contexts with --context");
    }
    ClusterConfig config{.name = "in-cluster", .server = *server};
    config.tls.ca_file = folder + "/ca.crt";
    config.token_file = folder + "/token";
    Buffer name_space;
    if (read_input(folder + "/namespace", kKiB, name_space)) {
        config.name_space = trim(name_space.text(), " \t\r\n");
    }
    return config;
}

}  // namespace

Result<ClusterConfig> find_cluster(const TargetOptions& options, const std::string& service_account) {
    const auto paths = config_paths(options);
    if (paths.empty()) return in_cluster(options, service_account);
    const auto kubeconfig = Kubeconfig::read(paths);
    if (!kubeconfig) return fail(kubeconfig.error());
    const std::string context = options.context.empty() ? kubeconfig->current_context() : options.context;
    if (!context.empty()) {
        try {
            return read_context(*kubeconfig, context);
        } catch (const YAML::Exception&) {
            return fail_in(paths.front(),
                           {.message = "not a kubeconfig: a list or a value where there should be names"});
        }
    }
    if (options.variable("KUBERNETES_SERVICE_HOST")) return in_cluster(options, service_account);
    return fail_in(paths.front(), {.code = ErrorCode::usage,
                                   .message = "there is no current context",
                                   .remedy = "name one with --context: `kubectl config get-contexts` lists them"});
}

}  // namespace pgoprof
