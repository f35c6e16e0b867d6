// Generates an SDK from schema.json, or a program from PCL, with Pulumi's own generators, where the CLI was built from Go
// and so has no language host to do it (`pulumi package gen-sdk`, `pulumi convert`). Binding checks the schema against
// Pulumi's metaschema.
//
// Usage: sdk LANGUAGE SCHEMA FOLDER [PROGRAM.pp]
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(language, schemaFile, folder string, programs []string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return err
	}
	loader := schema.NewNullLoader()
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	if len(diagnostics) > 0 {
		return diagnostics
	}
	if len(programs) == 1 {
		return convert(language, pkg, programs[0], folder)
	}
	files, err := generate(language, pkg, schema.NewPluginLoader(nil))
	if err != nil {
		return err
	}
	return write(files, folder)
}

func write(files map[string][]byte, folder string) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func generate(language string, pkg *schema.Package, loader schema.ReferenceLoader) (map[string][]byte, error) {
	switch language {
	case "nodejs":
		return nodejs.GeneratePackage("pulumi-kinetic", pkg, nil, nil, true, loader)
	case "go":
		return golang.GeneratePackage("pulumi-kinetic", pkg, nil)
	case "python":
		return python.GeneratePackage("pulumi-kinetic", pkg, nil, loader)
	}
	return nil, fmt.Errorf("no generator for %s", language)
}
