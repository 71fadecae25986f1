# Makes a manual page of what TOOL --help prints: awk -v tool=TOOL -v version=V -v others="TOOL ..." -f man_page.awk
function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/`/, "\\(ga", text)
    gsub(/'/, "\\(aq", text)
    return text ~ /^\./ ? "\\&" text : text
}
function header(name) { print ".SH " name }

# Options stand in the first 32 columns, if they fit in there, and what they do in the others.
function option(line) {
    fits = substr(line, 3, 30) ~ / $/
    name = fits ? substr(line, 3, 30) : substr(line, 3)
    sub(/ +$/, "", name)
    return ".TP\n.B " plain(name) "\n" (fits ? plain(substr(line, 33)) "\n" : "")
}

/^Usage: / {
    part = "usage"
    name = summary
    sub(/[:.,] .*|\.$/, "", name)
    header("NAME"); print tool " \\- " plain(name)
    header("SYNOPSIS"); print ".B " tool; print plain(substr($0, length("Usage: " tool " ") + 1))
    next
}
/^(Positionals|Options):$/ { part = "options"; next }
/^Examples:$/ { part = "examples"; next }
/^Exit codes: / { part = "codes" }
part == "options" && /^  [^ ]/ { options = options option($0) }
part == "options" && /^   / { options = options plain(substr($0, 33)) "\n" }
part == "examples" && /^[^ ]/ { part = "notes" }
part == "examples" && NF { examples = examples plain(substr($0, 3)) "\n" }
part == "notes" { notes = notes (NF ? plain($0) : ".PP") "\n" }
part == "codes" { codes = codes " " $0 }
part == "" { summary = summary (summary == "" ? "" : " ") $0 }

BEGIN { printf ".TH %s 1 \"\" \"pgoprof %s\" \"User Commands\"\n", toupper(tool), version }
END {
    header("DESCRIPTION"); print plain(summary)
    if (notes != "") printf ".PP\n%s", notes
    header("OPTIONS"); printf "%s", options
    header("EXIT STATUS")
    sub(/^ Exit codes: /, "", codes)
    sub(/\.$/, "", codes)
    count = split(codes, each, /; /)
    for (i = 1; i <= count; ++i) {
        print ".TP"
        print ".B " each[i] + 0
        print plain(substr(each[i], index(each[i], " ") + 1))
    }
    header("EXAMPLES"); printf ".EX\n%s.EE\n", examples
    header("SEE ALSO")
    count = split(others, each, " ")
    for (i = 1; i <= count; ++i) if (each[i] != tool) print ".BR " each[i] " (1),"
    print ".BR go (1)"
}
