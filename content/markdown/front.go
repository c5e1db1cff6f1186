package markdown

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"kepu/journal"
)

// Limits of YAML.
const (
	maxYAML      = 1 << 20 // bytes
	maxFront     = 64 << 10
	maxYAMLDepth = 16
)

// FrontMatter splits a file into its YAML head, between two lines of ---, and
// its body. Without a head meta is nil. Values are as YAML gives them. Errors
// are *journal.Invalid.
func FrontMatter(src []byte) (meta map[string]any, body []byte, err error) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	first, rest, _ := bytes.Cut(src, []byte("\n"))
	if !bytes.Equal(bytes.TrimRight(first, " \t\r"), []byte("---")) {
		return nil, src, nil
	}
	for at := 0; at < len(rest); {
		row, after := rest[at:], len(rest)
		if end := bytes.IndexByte(row, '\n'); end >= 0 {
			row, after = row[:end], at+end+1
		}
		if mark := string(bytes.TrimRight(row, " \t\r")); mark == "---" || mark == "..." {
			if at > maxFront {
				return nil, nil, invalid("文件头超过 %d KB", maxFront>>10)
			}
			meta, err = head(rest[:at])
			return meta, rest[after:], err
		}
		at = after
	}
	return nil, nil, invalid("文件头没有结束：缺少第二行 ---")
}

func head(src []byte) (map[string]any, error) {
	v, err := YAML(append([]byte("\n"), src...)) // lines are counted from the file's first
	var bad *journal.Invalid
	if errors.As(err, &bad) {
		return nil, invalid("文件头：%s", bad.Error())
	}
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return v, nil
	}
	return nil, invalid("文件头应是“名字: 值”的形式")
}

// YAML reads one YAML document as encoding/json would give the same JSON with
// UseNumber: a json.Number keeps the digits as they were written. Anchors,
// aliases, tags, several documents and names that come twice are refused, so
// nothing multiplies. Errors are *journal.Invalid.
func YAML(src []byte) (v any, err error) {
	if len(src) > maxYAML {
		return nil, invalid("YAML 超过 %d MB", maxYAML>>20)
	}
	if at := invalidAt(src); at >= 0 {
		return nil, invalid("YAML 第 %d 行不是有效的 UTF-8 文字", line(src, at))
	}
	if at := bytes.IndexByte(src, 0); at >= 0 {
		return nil, invalid("YAML 第 %d 行含有空字符（NUL）", line(src, at))
	}
	if row := tooIndented(src); row > 0 {
		return nil, invalid("YAML 第 %d 行嵌套超过 %d 层", row, maxYAMLDepth)
	}
	// The parser is a third party's and reads what strangers wrote: should it
	// panic, that file is bad, not the import.
	defer func() {
		if recover() != nil {
			v, err = nil, invalid("YAML 写法有误")
		}
	}()
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, yamlError(err)
	}
	if len(file.Docs) > 1 {
		return nil, invalid("YAML 里只能有一个文档")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, nil
	}
	return value(file.Docs[0].Body, 0)
}

func yamlError(err error) error {
	var known yaml.Error
	if errors.As(err, &known) && known.GetToken() != nil && known.GetToken().Position != nil {
		return invalid("YAML 第 %d 行写法有误", known.GetToken().Position.Line)
	}
	return invalid("YAML 写法有误")
}

// tooIndented gives a line that opens more than maxYAMLDepth brackets or is
// indented beyond any use, 0 where there is none: such input only costs time.
func tooIndented(src []byte) int {
	open := 0
	for number, row := range bytes.Split(src, []byte("\n")) {
		if len(row)-len(bytes.TrimLeft(row, " -?")) > 8*maxYAMLDepth {
			return number + 1
		}
		for _, c := range row {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(0, open-1)
			}
		}
		if open > 8*maxYAMLDepth {
			return number + 1
		}
	}
	return 0
}

func value(n ast.Node, depth int) (any, error) {
	if depth > maxYAMLDepth {
		return nil, at(n, "嵌套超过 %d 层", maxYAMLDepth)
	}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return json.Number(strings.TrimSpace(n.GetToken().Value)), nil
	case *ast.FloatNode:
		return json.Number(strings.TrimSpace(n.GetToken().Value)), nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for _, item := range n.Values {
			v, err := value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.MappingNode:
		return mapping(n.Values, depth)
	case *ast.MappingValueNode:
		return mapping([]*ast.MappingValueNode{n}, depth)
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, at(n, "不支持锚点和引用（& 和 *）；值里有这些符号时请加引号")
	case *ast.TagNode:
		return nil, at(n, "不支持标签（!）；值里有感叹号时请加引号")
	}
	return nil, at(n, "写法有误")
}

func mapping(values []*ast.MappingValueNode, depth int) (any, error) {
	object := make(map[string]any, len(values))
	for _, pair := range values {
		var name string
		switch key := pair.Key.(type) {
		case *ast.StringNode:
			name = key.Value
		case *ast.IntegerNode:
			name = key.GetToken().Value
		default:
			return nil, at(pair, "名字应是一个词")
		}
		if _, twice := object[name]; twice {
			return nil, at(pair, "“%s”出现了两次", clip(name))
		}
		v, err := value(pair.Value, depth+1)
		if err != nil {
			return nil, err
		}
		object[name] = v
	}
	return object, nil
}

func at(n ast.Node, format string, args ...any) error {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return invalid("YAML 第 %d 行：%s", t.Position.Line, fmt.Sprintf(format, args...))
	}
	return invalid("YAML：%s", fmt.Sprintf(format, args...))
}
