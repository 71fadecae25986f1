#include "pgoprof/io/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "pgoprof/io/http_transfer.h"

namespace pgoprof {
namespace {

class CurlTransfers final : public HttpTransfers {
public:
    explicit CurlTransfers(std::uint64_t bodies_under_way)
        : multi_(curl_multi_init(), &curl_multi_cleanup), room_(bodies_under_way) {
        constexpr long kIdleConnections = 32;
        if (!multi_) throw std::bad_alloc();
        // One connection a transfer: where several share one, those that wait for room hold up the one that others
        // wait for.
        check(curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING));
        check(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kIdleConnections));
    }
    ~CurlTransfers() override { release_all(); }

    void start(HttpRequest request, Done done) override {
        add(std::make_unique<HttpTransfer>(std::move(request), std::move(done), room_));
    }

    void advance(std::chrono::milliseconds longest) override {
        if (perform()) return;
        check(curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(longest.count()), nullptr));
        perform();
    }

    void cancel_all() override {
        for (const auto& transfer : release_all())
            transfer.second->done(std::unexpected<HttpFailure>({.fault = HttpFault::interrupted}));
    }

    std::size_t active() const override { return transfers_.size(); }

private:
    using Transfers = std::map<CURL*, std::unique_ptr<HttpTransfer>>;

    static void check(CURLMcode code) {
        if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
        if (code != CURLM_OK) throw std::logic_error(std::string("curl_multi: ") + curl_multi_strerror(code));
    }

    void add(std::unique_ptr<HttpTransfer> transfer) {
        transfer->prepare();
        CURL* const easy = transfer->easy();
        transfers_.emplace(easy, std::move(transfer));
        check(curl_multi_add_handle(multi_.get(), easy));
    }

    std::unique_ptr<HttpTransfer> release(CURL* easy) {
        check(curl_multi_remove_handle(multi_.get(), easy));
        auto node = transfers_.extract(easy);
        return std::move(node.mapped());
    }

    Transfers release_all() {
        for (const auto& transfer : transfers_) check(curl_multi_remove_handle(multi_.get(), transfer.first));
        return std::exchange(transfers_, {});
    }

    /// Whether any was done.
    bool perform() {
        int running = 0;
        resume();
        check(curl_multi_perform(multi_.get(), &running));
        bool any = false;
        for (int left = 0; const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            std::unique_ptr<HttpTransfer> transfer = release(message->easy_handle);
            if (std::optional<HttpOutcome> outcome = transfer->finish(code)) {
                any = true;
                transfer->done(*std::move(outcome));
            } else {
                add(std::move(transfer));
            }
        }
        return any;
    }

    /// Lets those go on for whose bodies there is room again.
    void resume() {
        const auto now = BodyRoom::Clock::now();
        while (const auto easy = room_.next(now)) (void)curl_easy_pause(*easy, CURLPAUSE_CONT);
    }

    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
    BodyRoom room_;
    Transfers transfers_;
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    const auto found = std::ranges::find(headers, name, &HttpHeaders::value_type::first);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

HttpOutcome perform(HttpTransfers& transfers, HttpRequest request, const KeepGoing& keep_going) {
    constexpr std::chrono::milliseconds kPatience{200};
    std::optional<HttpOutcome> result;
    transfers.start(std::move(request), [&](HttpOutcome outcome) { result = std::move(outcome); });
    while (!result) {
        if (keep_going()) {
            transfers.advance(kPatience);
        } else {
            transfers.cancel_all();
        }
    }
    return *std::move(result);
}

std::unique_ptr<HttpTransfers> make_http_transfers(std::uint64_t bodies_under_way) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw std::runtime_error("curl_global_init failed");
    return std::make_unique<CurlTransfers>(bodies_under_way);
}

}  // namespace pgoprof
