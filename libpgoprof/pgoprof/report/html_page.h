// The page of the HTML report without its data, as web/build.mjs makes it.
#pragma once

#include <string_view>

namespace pgoprof {

/// In this order, with the title (escaped as HTML) and the data (JSON without any '<') in between.
struct HtmlPage {
    std::string_view until_title;
    std::string_view until_data;
    std::string_view rest;
};

/// Generated when the library is built.
extern const HtmlPage kHtmlPage;

}  // namespace pgoprof
