package api

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// sampleDepth bounds how deep a sample goes into a schema.
const sampleDepth = 4

// sample is a body that fits a schema: its examples, and for fields that must
// be there but have none, the simplest value that is allowed.
func sample(r huma.Registry, s *huma.Schema) string {
	raw, err := json.MarshalIndent(sampleOf(r, s, 0), "", "  ")
	if err != nil {
		panic(err) // an example that is no JSON: the program is broken
	}
	return string(raw)
}

func sampleOf(r huma.Registry, s *huma.Schema, depth int) any {
	for s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		return sampleObject(r, s, depth)
	case huma.TypeArray:
		if depth >= sampleDepth || s.Items == nil {
			return []any{}
		}
		return []any{sampleOf(r, s.Items, depth+1)}
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 0
	case huma.TypeBoolean:
		return false
	}
	return sampleText(s.Format)
}

func sampleObject(r huma.Registry, s *huma.Schema, depth int) map[string]any {
	out := map[string]any{}
	for name, p := range s.Properties {
		if depth < sampleDepth && (slices.Contains(s.Required, name) || len(p.Examples) > 0) {
			out[name] = sampleOf(r, p, depth+1)
		}
	}
	return out
}

func sampleText(format string) string {
	switch format {
	case "uuid":
		return "01890a5d-ac96-774b-bcce-b302099a8057"
	case "date":
		return "2027-12-31"
	case "date-time":
		return "2027-12-31T00:00:00Z"
	}
	return "…"
}

// quoted is a text for a POSIX shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
