package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// source is what the Go files say and reflection does not.
type source struct {
	// enums are the values of each string type that has constants, in the order of the source.
	enums map[string][]any
	// comments are those of types, and of fields as TYPE.FIELD.
	comments map[string]string
}

// readSource reads the Go files of a directory.
func readSource(dir string) (*source, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w: no Go file in %s (run in hack/gen-schemas)", fs.ErrNotExist, dir)
	}
	slices.Sort(paths)
	s := &source{enums: map[string][]any{}, comments: map[string]string{}}
	for _, path := range paths {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			switch general.Tok {
			case token.CONST:
				err = s.addConstants(general)
			case token.TYPE:
				s.addTypes(files, general)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return s, nil
}

// addConstants adds the values of the constants that name their type.
func (s *source) addConstants(decl *ast.GenDecl) error {
	for _, spec := range decl.Specs {
		constant := spec.(*ast.ValueSpec)
		typeName, ok := constant.Type.(*ast.Ident)
		if !ok {
			continue
		}
		for i, value := range constant.Values {
			literal, ok := value.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return fmt.Errorf("constant %s: its value is not a string literal", constant.Names[i].Name)
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				return fmt.Errorf("constant %s: %w", constant.Names[i].Name, err)
			}
			s.enums[typeName.Name] = append(s.enums[typeName.Name], text)
		}
	}
	return nil
}

// addTypes adds the comments of types and of their fields. A comment also
// stands for the fields that follow on the next lines without their own.
func (s *source) addTypes(files *token.FileSet, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		declared := spec.(*ast.TypeSpec)
		comment := declared.Doc.Text()
		if comment == "" {
			comment = decl.Doc.Text()
		}
		s.comments[declared.Name.Name] = oneLine(new(doc.Package).Synopsis(comment))
		structure, ok := declared.Type.(*ast.StructType)
		if !ok {
			continue
		}
		comment, lastLine := "", 0
		for _, field := range structure.Fields.List {
			if text := field.Doc.Text(); text != "" || files.Position(field.Pos()).Line != lastLine+1 {
				comment = oneLine(text)
			}
			lastLine = files.Position(field.End()).Line
			for _, name := range field.Names {
				s.comments[declared.Name.Name+"."+name.Name] = comment
			}
		}
	}
}

// comment is the comment of a type, or of its field; at its start it calls
// fields what the document calls them.
func (s *source) comment(t reflect.Type, field string) string {
	if field == "" {
		return s.comments[t.Name()]
	}
	words := strings.Split(s.comments[t.Name()+"."+field], " ")
	for i, word := range words {
		bare := strings.TrimSuffix(word, ",")
		if declared, ok := t.FieldByName(bare); ok {
			name, _, _ := strings.Cut(declared.Tag.Get("json"), ",")
			words[i] = name + word[len(bare):]
		} else if word != "and" {
			break
		}
	}
	return strings.Join(words, " ")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
