//go:build large

package main

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"encoding/csv"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// The standard library at work: calls that go deep and wide.
func init() {
	leaves = append(leaves, typechecked, formatted, rendered, served, served, gobbed, marked, unmarshalled, deflated, signed,
		sealed, factored, painted, printed, dated, requested, replaced, tabulated, mailed)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// source is a Go package that differs with n.
func source(n int) string {
	var s strings.Builder
	s.WriteString("package p\n")
	for i := 0; i < 3+n%5; i++ {
		fmt.Fprintf(&s, `
type tree%[1]d[T ~int | ~string] struct { left, right *tree%[1]d[T]; value T; all map[string][]T }
func (t *tree%[1]d[T]) walk(visit func(T) bool) bool {
	if t == nil { return true }
	for _, v := range t.all["x"] { if !visit(v) { return false } }
	return t.left.walk(visit) && visit(t.value) && t.right.walk(visit)
}
func use%[1]d(n int) (total int) {
	t := &tree%[1]d[int]{value: n*%[1]d + 1<<3, all: map[string][]int{"x": {1, 2, n}}}
	t.walk(func(v int) bool { switch { case v > 10: total += v; default: total-- }; return total < 100 })
	var e interface{ Error() string }
	if e != nil { return len(e.Error()) }
	return total
}
`, i)
	}
	return s.String()
}

func typechecked(n int) int {
	files := token.NewFileSet()
	file := must(parser.ParseFile(files, "p.go", source(n), parser.ParseComments))
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	must((&types.Config{}).Check("p", files, []*ast.File{file}, info))
	return len(info.Types)
}

func formatted(n int) int { return len(must(format.Source([]byte(source(n))))) }

var page = template.Must(template.New("page").Parse(`{{define "row"}}<td title="{{.Name}}">{{printf "%5.2f" .Price}}</td>{{end -}}
<html><script>var x = {{.}};</script>{{range $i, $r := .Rows}}{{if gt $i 3}}<tr>{{template "row" $r}}</tr>{{else}}{{$r.Name | html}}{{end}}{{end}}</html>`))

type row struct {
	Name  string
	Price float64
	Tags  []string `xml:"tags>tag"`
	When  time.Time
}

type table struct{ Rows []row }

func rows(n int) table {
	var t table
	for i := 0; i < 5+n%10; i++ {
		t.Rows = append(t.Rows, row{"row <" + strconv.Itoa(n*i) + ">", float64(n) / 7, strings.Fields("a b c"), time.Unix(int64(n*i), 0)})
	}
	return t
}

func rendered(n int) int {
	var out bytes.Buffer
	if err := page.Execute(&out, rows(n)); err != nil {
		log.Fatal(err)
	}
	return out.Len()
}

var server = func() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rows/{n}", func(w http.ResponseWriter, r *http.Request) {
		var t table
		if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		page.Execute(w, t)
	})
	mux.HandleFunc("GET /rows/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		json.NewEncoder(w).Encode(rows(n))
	})
	return httptest.NewServer(http.TimeoutHandler(http.StripPrefix("/v1", mux), time.Minute, "late"))
}()

// served talks to a real server over the loopback; its side of the work is on other goroutines.
func served(n int) int {
	response := must(http.Get(fmt.Sprintf("%s/v1/rows/%d", server.URL, n)))
	defer response.Body.Close()
	answer := must(http.Post(fmt.Sprintf("%s/v1/rows/%d", server.URL, n), "application/json", response.Body))
	defer answer.Body.Close()
	return len(must(io.ReadAll(answer.Body)))
}

func gobbed(n int) int {
	var stream bytes.Buffer
	if err := gob.NewEncoder(&stream).Encode(rows(n)); err != nil {
		log.Fatal(err)
	}
	var t table
	if err := gob.NewDecoder(&stream).Decode(&t); err != nil {
		log.Fatal(err)
	}
	return len(t.Rows)
}

func marked(n int) int {
	data := must(xml.MarshalIndent(rows(n), "", "  "))
	var t table
	if err := xml.Unmarshal(data, &t); err != nil {
		log.Fatal(err)
	}
	return len(data)
}

func unmarshalled(n int) int {
	var any map[string]any
	if err := json.Unmarshal(must(json.MarshalIndent(rows(n), "", "\t")), &any); err != nil {
		log.Fatal(err)
	}
	return len(any)
}

func deflated(n int) int {
	var out bytes.Buffer
	w := must(flate.NewWriter(&out, 1+n%9))
	io.WriteString(w, source(n))
	w.Close()
	return len(must(io.ReadAll(flate.NewReader(&out))))
}

var key = must(ecdsa.GenerateKey(elliptic.P224(), cryptorand.Reader))

func signed(n int) int {
	digest := big.NewInt(int64(n)).FillBytes(make([]byte, 28))
	return len(must(ecdsa.SignASN1(cryptorand.Reader, key, digest)))
}

func sealed(n int) int {
	box := must(cipher.NewGCM(must(aes.NewCipher(make([]byte, 16)))))
	return len(box.Seal(nil, make([]byte, 12), make([]byte, 10_000+n), nil))
}

func factored(n int) int {
	x := new(big.Int).Exp(big.NewInt(int64(n+3)), big.NewInt(150), nil)
	x.Mod(x.Mul(x, x), new(big.Int).Sqrt(x))
	return len(x.String()) + len(new(big.Rat).SetFrac(x, big.NewInt(997)).FloatString(50))
}

func painted(n int) int {
	canvas := image.NewRGBA(image.Rect(0, 0, 24, 24))
	for i := 0; i < 24*24; i++ {
		canvas.Set(i%24, i/24, color.YCbCr{uint8(i), uint8(n), uint8(n * i)})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, canvas); err != nil {
		log.Fatal(err)
	}
	if err := jpeg.Encode(&out, canvas, nil); err != nil {
		log.Fatal(err)
	}
	return out.Len()
}

func printed(n int) int {
	return len(fmt.Sprintf("%v %+v %#v %x %q %8.3e", rows(n), rows(n), rows(n), source(n), source(n), float64(n)))
}

func dated(n int) int {
	text := time.Unix(int64(n)*12345, 0).Format(time.RFC1123Z)
	return must(time.Parse(time.RFC1123Z, text)).YearDay()
}

func requested(n int) int {
	values := url.Values{}
	for i := 0; i < 20; i++ {
		values.Add("k"+strconv.Itoa(i%7), "värde "+strconv.Itoa(n))
	}
	parsed := must(url.Parse("https://example.com/a/b?" + values.Encode()))
	return len(parsed.Query())
}

var identifier = regexp.MustCompile(`(?i)\b([a-z_]\w*)\s*(\(|\[)([^)\]]*)`)

func replaced(n int) int { return len(identifier.ReplaceAllString(source(n%2), "$3<$1>")) }

func tabulated(n int) int {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 8, 1, ' ', 0)
	for _, record := range must(csv.NewReader(strings.NewReader(strings.Repeat("a,\"b,c\",d\n", 20+n))).ReadAll()) {
		fmt.Fprintln(w, strings.Join(record, "\t"))
	}
	w.Flush()
	return out.Len()
}

func mailed(n int) int {
	message := must(mail.ReadMessage(strings.NewReader("From: A <a@example.com>\r\nTo: b@example.com, C <c@example.com>\r\n\r\nbody")))
	return len(must(message.Header.AddressList("To"))) + n
}
