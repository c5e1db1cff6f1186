package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"kepu/content"
	"kepu/frontend/page"
	"kepu/journal"
	"kepu/search"
)

// Docs say what a route is for and what it gives.
type Docs struct {
	Summary string
	About   string
	Gives   reflect.Type // nil: any object
	Says    []int        // statuses other than 200, 304, 400, 429, 500 and 503
}

func feedDocs() Docs {
	return Docs{"一个信息流", "按人群、主题、地区和形式取内容，先看置顶的。翻页用上一页给的 next。", reflect.TypeFor[Feed](), []int{404}}
}

func searchDocs() Docs {
	return Docs{"搜索", "搜标题、摘要、正文和标签。日期只写到天时，from 和 to 两天都算在内。", reflect.TypeFor[search.Result](), nil}
}

func suggestDocs() Docs {
	return Docs{"边写边猜", "补全正在写的词。", reflect.TypeFor[Suggestions](), nil}
}

func itemDocs() Docs {
	return Docs{"一条内容", "用编号或当前的网址名取一条内容。旧的网址名会转到新的。", reflect.TypeFor[Item](), []int{301, 404, 410}}
}

func describeDocs() Docs { return Docs{"这份说明", "OpenAPI 3.1。", nil, nil} }

// Problem is every error, by RFC 9457.
type Problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail"`
	Code     string            `json:"code" doc:"不会改的英文短名"`
	Problems []journal.Problem `json:"problems,omitempty"`
	Current  uint64            `json:"current,omitempty" doc:"冲突时：现在是第几版"`
	Request  string            `json:"request_id"`
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// describe writes the OpenAPI document of the routes.
func describe(routes []Route, base string) ([]byte, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	doc := huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "浙里科普开放接口", Version: "1", Description: "只读，不用登录。出错时给 application/problem+json。"},
		Servers: []*huma.Server{{URL: base}},
		Paths:   map[string]*huma.PathItem{},
	}
	problem := schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, r := range routes {
		doc.Paths[r.Path] = &huma.PathItem{Get: operation(r, schemas, problem)}
	}
	doc.Components = &huma.Components{Schemas: schemas}
	out, err := json.Marshal(&doc)
	if err != nil {
		return nil, fmt.Errorf("describe the api: %w", err)
	}
	return out, nil
}

// schemaName keeps two types of one name apart.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[journal.Problem]() {
		return "FieldProblem"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

func operation(r Route, schemas huma.Registry, problem *huma.Schema) *huma.Operation {
	op := &huma.Operation{OperationID: r.Name, Summary: r.Docs.Summary, Description: r.Docs.About, Responses: map[string]*huma.Response{}}
	for _, m := range parameter.FindAllStringSubmatch(r.Path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for _, k := range r.Keys {
		op.Parameters = append(op.Parameters, &huma.Param{Name: k.Name, In: "query", Schema: keySchema(k)})
	}
	given := &huma.Schema{Type: "object"}
	if r.Docs.Gives != nil {
		given = schemas.Schema(r.Docs.Gives, true, "")
	}
	op.Responses["200"] = &huma.Response{Description: "有了", Content: map[string]*huma.MediaType{"application/json": {Schema: given}},
		Headers: map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: "string"}}}}
	op.Responses["304"] = &huma.Response{Description: "和您手上的一样"}
	for _, status := range append([]int{400, 429, 500, 503}, r.Docs.Says...) {
		answer := &huma.Response{Description: reason(status)}
		if status >= 400 {
			answer.Content = map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}
		}
		op.Responses[strconv.Itoa(status)] = answer
	}
	return op
}

func reason(status int) string {
	switch status {
	case 301:
		return "换了地址"
	case 400:
		return "请求写得不对"
	case 404:
		return "没有这一条"
	case 410:
		return "已经撤下"
	case 429:
		return "问得太快了"
	case 503:
		return "暂时忙不过来，过一会儿再试"
	}
	return "我们这边出了问题"
}

func keySchema(k page.Key) *huma.Schema {
	s := &huma.Schema{Type: "string"}
	switch k.Type {
	case page.Number:
		least, most := float64(k.Min), float64(k.Max)
		return &huma.Schema{Type: "integer", Minimum: &least, Maximum: &most}
	case page.Audience:
		for _, a := range content.Audiences {
			s.Enum = append(s.Enum, string(a))
		}
	case page.Kind:
		s.Enum = []any{content.KindArticle, content.KindVideo}
	case page.Region:
		s.Pattern = `^(\d\d){1,3}$`
	case page.Day:
		s.Description = "2026-11-20，或带时区的时刻"
	case page.Cursor:
		s.Description = "上一页给的 next"
	}
	return s
}
