// One HTTP request on its way: a libcurl handle, and what its callbacks fill.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "pgoprof/io/body_room.h"
#include "pgoprof/io/http.h"

namespace pgoprof {

/// One request, redirects and all.
class HttpTransfer {
public:
    /// `room` must stay as long as this does.
    HttpTransfer(HttpRequest request, HttpTransfers::Done done, BodyRoom& room)
        : hop_(std::move(request)), done_(std::move(done)), room_(room) {
        if (!easy_) throw std::bad_alloc();
        if (hop_.timeout.count() != 0) deadline_ = std::chrono::steady_clock::now() + hop_.timeout;
    }

    HttpTransfer(const HttpTransfer&) = delete;
    HttpTransfer& operator=(const HttpTransfer&) = delete;
    ~HttpTransfer() { leave_room(); }

    CURL* easy() { return easy_.get(); }

    /// Makes the handle ready for the request, or for the one that a redirect led to.
    void prepare();

    /// What has come of it; nothing if a redirect is to be followed, for which `prepare` comes next.
    std::optional<HttpOutcome> finish(CURLcode code);

    void done(HttpOutcome outcome) { done_(std::move(outcome)); }

    enum class Taken : std::uint8_t { all, too_much, wait };

    bool take_header(std::string_view line);
    Taken take_body(ByteView bytes);

private:
    using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

    HeaderList header_list() const;
    void leave_room();
    void prepare_connection();
    void prepare_url();
    void prepare_tls();
    void prepare_body();

    template <typename Value>
    void set(CURLoption option, Value value) {
        const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
        if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
        if (code != CURLE_OK) throw std::logic_error(std::string("curl_easy_setopt: ") + curl_easy_strerror(code));
    }
    void set_text(CURLoption option, const std::string& text) {
        if (!text.empty()) set(option, text.c_str());
    }
    void set_pem(CURLoption file_option, const std::string& file, CURLoption pem_option, std::string& pem);

    long info(CURLINFO which) const;
    bool connected() const;
    bool is_redirect() const;
    std::optional<HttpOutcome> follow();
    bool at_proxy(CURLcode code) const;
    HttpFault fault_of(CURLcode code) const;
    HttpFault broken_off() const;
    std::string detail_of(CURLcode code) const;
    HttpOutcome decoded();

    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_{curl_easy_init(), &curl_easy_cleanup};
    HttpRequest hop_;  ///< as far as the redirects have led
    HttpTransfers::Done done_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    int redirects_ = 0;
    HeaderList headers_{nullptr, &curl_slist_free_all};
    HeaderList connect_to_{nullptr, &curl_slist_free_all};
    char detail_[CURL_ERROR_SIZE] = {};

    BodyRoom& room_;
    std::uint64_t room_taken_ = 0;
    HttpResponse response_;
    std::uint64_t header_bytes_ = 0;
    bool headers_complete_ = false;
    bool headers_too_large_ = false;
    bool body_too_large_ = false;
};

}  // namespace pgoprof
