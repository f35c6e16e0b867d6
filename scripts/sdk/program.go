package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/blang/semver"
	"github.com/hashicorp/hcl/v2"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Knows one package, which is bound already: no plugin has to run for it.
type onePackage struct{ pkg *schema.Package }

func (l onePackage) LoadPackage(string, *semver.Version) (*schema.Package, error) { return l.pkg, nil }

func (l onePackage) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return l.pkg, nil
}

var generators = map[string]func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error){
	"typescript": nodejs.GenerateProgram,
	"python":     python.GenerateProgram,
	"go":         golang.GenerateProgram,
}

// Writes the program of a file of PCL in a language, as `pulumi convert --from pcl` does.
func convert(language string, pkg *schema.Package, sourceFile, folder string) error {
	source, err := os.Open(sourceFile)
	if err != nil {
		return err
	}
	parser := syntax.NewParser()
	if err := parser.ParseFile(source, filepath.Base(sourceFile)); err != nil {
		return err
	}
	if parser.Diagnostics.HasErrors() {
		return parser.Diagnostics
	}
	program, diagnostics, err := pcl.BindProgram(parser.Files, onePackage{pkg}, pcl.PreferOutputVersionedInvokes)
	if err != nil {
		return err
	}
	if len(diagnostics) > 0 {
		return diagnostics
	}
	generate, known := generators[language]
	if !known {
		return fmt.Errorf("no generator of programs for %s", language)
	}
	files, diagnostics, err := generate(program)
	if err != nil {
		return err
	}
	if len(diagnostics) > 0 {
		return diagnostics
	}
	return write(files, folder)
}
