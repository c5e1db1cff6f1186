package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestDescription: the document is valid, and describes exactly what is routed.
func TestDescription(t *testing.T) {
	a, err := New(nil, "https://kepu.example")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(a.Describe)
	if err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Errorf("not valid: %v", err)
	}
	described := doc.Paths.Map()
	for _, r := range a.Routes() {
		item := described[r.Path]
		if item == nil || item.Get == nil {
			t.Errorf("%s is not described", r.Path)
			continue
		}
		delete(described, r.Path)
		for _, k := range r.Keys {
			if item.Get.Parameters.GetByInAndName("query", k.Name) == nil {
				t.Errorf("%s: parameter %s is not described", r.Path, k.Name)
			}
		}
		if want := len(r.Keys) + strings.Count(r.Path, "{"); len(item.Get.Parameters) != want {
			t.Errorf("%s: %d parameters are described, there are %d", r.Path, len(item.Get.Parameters), want)
		}
	}
	for path := range described {
		t.Errorf("%s is described but not routed", path)
	}
}

// TestPromises pins the names that the outside relies on.
func TestPromises(t *testing.T) {
	a, err := New(nil, "https://kepu.example")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(a.Describe, &doc); err != nil {
		t.Fatal(err)
	}
	for schema, names := range map[string]string{
		"Feed":        "items next",
		"Card":        "id kind slug url title summary cover audiences topics region published_at duration why origin",
		"Item":        "id kind slug url title summary cover audiences topics region published_at duration origin plain tags author source licence series updated_at reviewed_by rev article video",
		"Video":       "asset renditions captions transcript chapters body",
		"Result":      "query total took_ms hits facets next",
		"Hit":         "id title score highlight",
		"Highlight":   "title text",
		"Run":         "text mark",
		"Count":       "value count",
		"Suggestions": "suggestions",
		"Suggestion":  "text kind",
		"Placed":      "audience weight level",
		"Cover":       "url width height alt focal",
		"Problem":     "type title status detail code problems request_id",
	} {
		got := doc.Components.Schemas[schema].Properties
		for _, name := range strings.Fields(names) {
			if _, ok := got[name]; !ok {
				t.Errorf("%s has no %s", schema, name)
			}
		}
		if schema == "Result" { // an answer describes nothing that is never set
			for name := range got {
				if !slices.Contains(strings.Fields(names), name) {
					t.Errorf("%s describes %s, which nothing promises", schema, name)
				}
			}
		}
	}
}
