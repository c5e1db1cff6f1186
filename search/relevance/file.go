package relevance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Doc is one line of a docs file.
type Doc struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Question is one line of a queries file.
type Question struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// maxLine is the longest line read.
const maxLine = 16 << 20

// ReadDocs reads JSON lines {"id", "title", "text"}. An error names the line.
func ReadDocs(r io.Reader) ([]Doc, error) { return lines[Doc](r) }

// ReadQuestions reads JSON lines {"id", "text"}. An error names the line.
func ReadQuestions(r io.Reader) ([]Question, error) { return lines[Question](r) }

func lines[T any](r io.Reader) ([]T, error) {
	var all []T
	in := scanner(r)
	for n := 1; in.Scan(); n++ {
		if strings.TrimSpace(in.Text()) == "" {
			continue
		}
		var one T
		if err := json.Unmarshal(in.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, one)
	}
	return all, in.Err()
}

// ReadQrels reads lines of query, document and relevance parted by tabs, or the
// four columns of TREC; a first line of names is skipped. The result is by
// query.
func ReadQrels(r io.Reader) (map[string]Judgements, error) {
	all := map[string]Judgements{}
	in := scanner(r)
	for n := 1; in.Scan(); n++ {
		f := strings.Fields(in.Text())
		if len(f) == 0 {
			continue
		}
		if len(f) == 4 {
			f = []string{f[0], f[2], f[3]}
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("line %d: %d columns, not 3", n, len(f))
		}
		rel, err := strconv.Atoi(f[2])
		if err != nil {
			if n == 1 {
				continue
			}
			return nil, fmt.Errorf("line %d: relevance %q is no number", n, f[2])
		}
		if all[f[0]] == nil {
			all[f[0]] = Judgements{}
		}
		all[f[0]][f[1]] = rel
	}
	return all, in.Err()
}

func scanner(r io.Reader) *bufio.Scanner {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	return in
}
