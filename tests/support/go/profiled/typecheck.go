package main

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"path/filepath"
)

var packages = []string{"encoding/json", "go/types", "text/template", "regexp/syntax", "compress/flate", "math/big"}

// work parses and checks one of the standard library's packages, and what it imports, and formats it.
func work(seed int) {
	path := packages[seed%len(packages)]
	files := token.NewFileSet()
	found, err := build.Default.Import(path, "", 0)
	if err != nil {
		log.Fatal(err)
	}
	var parsed []*ast.File
	for _, name := range found.GoFiles {
		source, err := os.ReadFile(filepath.Join(found.Dir, name))
		if err != nil {
			log.Fatal(err)
		}
		file, err := parser.ParseFile(files, name, source, parser.ParseComments)
		if err != nil {
			log.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	config := types.Config{Importer: importer.ForCompiler(files, "source", nil)}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	if _, err := config.Check(path, files, parsed, info); err != nil {
		log.Fatal(err)
	}
	for _, file := range parsed {
		var out bytes.Buffer
		if err := format.Node(&out, files, file); err != nil {
			log.Fatal(err)
		}
	}
}
