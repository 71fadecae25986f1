#include "pgoprof/transform/type_text.h"

#include <algorithm>

namespace pgoprof {
namespace {

constexpr std::string_view kDelimiters = " ()[]{}*,;:\"<>";

/// Behind the quote that closes the one at `open`, or at the end.
std::size_t end_of_quotes(std::string_view text, std::size_t open) {
    for (std::size_t i = open + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;  // and what it escapes
        } else if (text[i] == '"') {
            return i + 1;
        }
    }
    return text.size();
}

/// Where `ends(depth, position)` first holds outside quotes; npos if it does nowhere.
template <typename Ends>
std::size_t scan(std::string_view text, std::size_t begin, const Ends& ends) {
    int depth = 0;
    for (std::size_t i = begin; i < text.size();) {
        if (text[i] == '"') {
            i = end_of_quotes(text, i);
            continue;
        }
        if (std::string_view("[({").find(text[i]) != std::string_view::npos) ++depth;
        if (std::string_view("])}").find(text[i]) != std::string_view::npos) --depth;
        if (ends(depth, i)) return i;
        ++i;
    }
    return std::string_view::npos;
}

/// What follows "name" in "name type": a field's type; or in "name()": a method's parameters.
WordRole role_before(std::string_view rest) {
    if (rest.starts_with('(')) return WordRole::member;
    if (!rest.starts_with(' ') || rest.size() < 2) return WordRole::type;
    return rest[1] == '}' || rest[1] == '"' || rest[1] == '{' ? WordRole::type : WordRole::member;
}

}  // namespace

std::size_t end_of_part(std::string_view name, std::size_t begin) {
    const std::size_t end = scan(name, begin, [&](int depth, std::size_t i) { return depth <= 0 && name[i] == '.'; });
    return std::min(end, name.size());
}

std::size_t end_of_brackets(std::string_view name, std::size_t open) {
    const std::size_t end = scan(name, open, [](int depth, std::size_t) { return depth == 0; });
    return end == name.npos ? end : end + 1;
}

std::string replace_words(std::string_view type,
                          const std::function<std::string(std::string_view word, WordRole role)>& replace) {
    std::string result;
    for (std::size_t i = 0; i < type.size();) {
        if (type[i] == '"') {
            const std::size_t end = end_of_quotes(type, i);
            result += replace(type.substr(i, end - i), WordRole::member);
            i = end;
        } else if (kDelimiters.find(type[i]) != kDelimiters.npos ||
                   (type[i] == '.' && type.substr(i).starts_with("..."))) {
            const std::size_t size = type[i] == '.' ? 3 : 1;
            result += type.substr(i, size);
            i += size;
        } else {
            const std::size_t end = std::min(type.find_first_of(kDelimiters, i), type.size());
            result += replace(type.substr(i, end - i), role_before(type.substr(end)));
            i = end;
        }
    }
    return result;
}

}  // namespace pgoprof
