# minify.awk - CSS without comments and needless white space.  Strings are kept
# as they are.  White space around + - * / stays (calc needs it), and before ':'
# and '(' (selectors and media queries need it).
{ css = css $0 "\n" }
END {
    n = length(css); out = ""; i = 1; quote = ""; space = 0; last = ""
    while (i <= n) {
        ch = substr(css, i, 1)
        if (quote != "") {
            out = out ch; last = ch
            if (ch == "\\") { i++; out = out substr(css, i, 1) }
            else if (ch == quote) quote = ""
        } else if (substr(css, i, 2) == "/*") {
            i = i + 2
            while (i <= n && substr(css, i, 2) != "*/") i++
            i++
        } else if (ch ~ /[ \t\n]/) {
            space = 1
        } else {
            if (space && last != "" && last !~ /[{};,:>]/ && ch !~ /[{};,>]/) out = out " "
            space = 0
            if (ch == "}" && last == ";") out = substr(out, 1, length(out) - 1)
            out = out ch; last = ch
            if (ch == "\"" || ch == "'") quote = ch
        }
        i++
    }
    printf "%s\n", out
}
