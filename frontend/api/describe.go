package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"

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

// Operation is one method of one address, as it is described.
type Operation struct {
	Name, Method, Path string
	Tag                string // the part of the API it belongs to
	Summary, About     string
	Keys               []page.Key
	Takes, Gives       reflect.Type // of JSON bodies; nil: none
	Files              []string     // media types of a good answer that is no JSON
	Any                bool         // gives an object of any shape where Gives is nil
	Match, Once, Open  bool         // If-Match must be there; Idempotency-Key is honoured; nobody need be signed in
	Statuses           []int
}

// operation is the route as it is described.
func (r Route) operation() Operation {
	return Operation{Name: r.Name, Method: http.MethodGet, Path: r.Path, Tag: "public", Summary: r.Docs.Summary, About: r.Docs.About, Keys: r.Keys, Gives: r.Docs.Gives, Any: true,
		Open: true, Statuses: append([]int{200, 304, 400, 429, 500, 503}, r.Docs.Says...)}
}

// describe writes the OpenAPI document of the operations.
func describe(all []Operation, base string) ([]byte, error) {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	doc := huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "浙里科普开放接口", Version: "1",
			Description: "public 一组只读，不用登录；studio 一组给编辑部用，要登录，或带令牌。出错时给 application/problem+json。"},
		Servers: []*huma.Server{{URL: base}},
		Paths:   map[string]*huma.PathItem{},
	}
	problem := schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, o := range all {
		at := doc.Paths[o.Path]
		if at == nil {
			at = &huma.PathItem{}
			doc.Paths[o.Path] = at
		}
		switch op := operation(o, schemas, problem); o.Method {
		case http.MethodGet:
			at.Get = op
		case http.MethodPost:
			at.Post = op
		case http.MethodPut:
			at.Put = op
		case http.MethodPatch:
			at.Patch = op
		case http.MethodDelete:
			at.Delete = op
		}
	}
	doc.Components = &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-kepu", Description: "登录以后的会话。http 网址上叫 kepu。改东西的请求要从本站发来，见 Sec-Fetch-Site 与 Origin。"},
		"bearer":  {Type: "http", Scheme: "bearer"},
	}}
	out, err := json.Marshal(&doc)
	if err != nil {
		return nil, fmt.Errorf("describe the api: %w", err)
	}
	return out, nil
}

// schemaName keeps types of one name apart: those of the studio and of what only
// it shows carry their package's name.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[journal.Problem]() {
		return "FieldProblem"
	}
	named := t
	for named.Kind() == reflect.Pointer || named.Kind() == reflect.Slice || named.Kind() == reflect.Map {
		named = named.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	switch own := path.Base(named.PkgPath()); own {
	case "studio", "hook", "roll", "diff":
		return strings.ToUpper(own[:1]) + own[1:] + name
	}
	return name
}

func operation(o Operation, schemas huma.Registry, problem *huma.Schema) *huma.Operation {
	op := &huma.Operation{OperationID: o.Name, Tags: []string{o.Tag}, Summary: o.Summary, Description: o.About, Responses: map[string]*huma.Response{}}
	if !o.Open {
		op.Security = []map[string][]string{{"session": {}}, {"bearer": {}}}
	}
	for _, m := range parameter.FindAllStringSubmatch(o.Path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: "string"}})
	}
	for _, k := range o.Keys {
		op.Parameters = append(op.Parameters, &huma.Param{Name: k.Name, In: "query", Schema: keySchema(k)})
	}
	if o.Match {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "If-Match", In: "header", Required: true, Description: "取到时的 ETag", Schema: &huma.Schema{Type: "string"}})
	}
	if o.Once {
		most := 64
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Description: "同一个编号再发一次，得到头一次的结果", Schema: &huma.Schema{Type: "string", MaxLength: &most}})
	}
	if o.Takes != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(o.Takes, true, "")}}}
	}
	for _, status := range o.Statuses {
		answer := &huma.Response{Description: reason(status)}
		switch {
		case status == 200 || status == 201:
			given := &huma.Schema{Type: "object"}
			if o.Gives != nil {
				given = schemas.Schema(o.Gives, true, "")
			}
			if o.Gives != nil || o.Any {
				answer.Content = map[string]*huma.MediaType{"application/json": {Schema: given}}
			}
			for _, kind := range o.Files {
				if answer.Content == nil {
					answer.Content = map[string]*huma.MediaType{}
				}
				answer.Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
			}
			answer.Headers = map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: "string"}}}
		case status >= 400:
			answer.Content = map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}
		}
		op.Responses[strconv.Itoa(status)] = answer
	}
	return op
}

func reason(status int) string {
	switch status {
	case 200:
		return "有了"
	case 201:
		return "做好了，地址在 Location 里"
	case 204:
		return "做好了"
	case 302:
		return "请到另一个地址去"
	case 304:
		return "和您手上的一样"
	case 401:
		return "没有登录"
	case 403:
		return "这一步要由别的角色来做，或者请求不是从本站发来的"
	case 409:
		return "别人已经改过了，或者现在还不能做这一步"
	case 413:
		return "发来的东西太大"
	case 415:
		return "不是 application/json"
	case 422:
		return "有几处要改"
	case 428:
		return "缺少 If-Match"
	case 507:
		return "磁盘满了"
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
