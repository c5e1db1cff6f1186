package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"kepu/content"
	"kepu/content/markdown"
	"kepu/library"
)

// corpus makes as many different items as a benchmark wants by recombining the
// sentences of real Chinese texts. Item i is the same in every run.
type corpus struct {
	titles    []string
	sentences []string
}

// readCorpus takes the texts from JSONL documents ({title, text} a line), or
// from the starter library where none are named.
func readCorpus(files []string) (*corpus, error) {
	c := &corpus{}
	for _, file := range files {
		if err := c.readJSONL(file); err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		if err := c.readLibrary(); err != nil {
			return nil, err
		}
	}
	if len(c.titles) == 0 || len(c.sentences) == 0 {
		return nil, fmt.Errorf("no texts to make a corpus of")
	}
	return c, nil
}

func (c *corpus) readJSONL(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var doc struct{ Title, Text string }
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		c.add(doc.Title, doc.Text)
	}
	return lines.Err()
}

func (c *corpus) readLibrary() error {
	return fs.WalkDir(library.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".md") || strings.HasSuffix(path, "README.md") {
			return err
		}
		source, err := fs.ReadFile(library.Files(), path)
		if err != nil {
			return err
		}
		_, text, _ := strings.Cut(strings.TrimPrefix(string(source), "---"), "\n---")
		body, err := markdown.Parse([]byte(text))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		c.add(strings.TrimSuffix(d.Name(), ".md"), body.Text())
		return nil
	})
}

func (c *corpus) add(title, text string) {
	c.titles = append(c.titles, title)
	for _, s := range content.Sentences(text) {
		if n := content.Han(s); n >= 8 && n <= 200 {
			c.sentences = append(c.sentences, s)
		}
	}
}

// han is about how many characters an item's text has: the mean of the texts
// that the search bars are measured on.
const han = 480

// item makes item i, placed like a real one: one main audience and its topics.
func (c *corpus) item(i int, source string, before time.Time) content.Submission {
	r := rand.New(rand.NewPCG(uint64(i), 20251124))
	var blocks []content.Node
	first := ""
	for total := 0; total < han; {
		var paragraph strings.Builder
		for range 4 {
			s := c.sentences[r.IntN(len(c.sentences))]
			paragraph.WriteString(s)
			total += content.Han(s)
		}
		if first == "" {
			first = paragraph.String()
		}
		blocks = append(blocks, content.Node{Type: "paragraph", Content: []content.Node{{Type: "text", Text: paragraph.String()}}})
	}
	topics := content.SeedTopics()
	regions := content.Regions()
	placement := content.Placement{
		Topics: []string{topics[r.IntN(len(topics))].Key},
		Region: regions[r.IntN(len(regions))].Code,
	}
	main := r.IntN(len(content.Audiences))
	for k, a := range content.Audiences {
		weight := 10 + r.IntN(40)
		if k == main {
			weight = 90
		}
		placement.Audiences = append(placement.Audiences, content.Placed{Audience: a, Weight: weight})
	}
	title := fmt.Sprintf("%s与%s（%d）", c.titles[r.IntN(len(c.titles))], c.titles[r.IntN(len(c.titles))], i)
	return content.Submission{
		Source: source, SourceID: fmt.Sprint(i), Kind: content.KindArticle, Slug: fmt.Sprintf("bench-%s-%d", source, i),
		Version: content.Version{
			V: content.Format, Title: cut(title, 60), Summary: cut(first, 60),
			Article: &content.Article{Body: content.Body{Type: "doc", Content: blocks}},
		},
		Placement: placement,
		Published: before.Add(-time.Duration(r.IntN(3*365*24)) * time.Hour),
	}
}

func cut(text string, runes int) string {
	r := []rune(text)
	return string(r[:min(len(r), runes)])
}

// writeJSONL writes items as an import reads them.
func (c *corpus) writeJSONL(path string, n int, source string, before time.Time) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for i := range n {
		s := c.item(i, source, before)
		line := map[string]any{
			"id": s.SourceID, "title": s.Version.Title, "slug": s.Slug, "summary": s.Version.Summary,
			"audiences": s.Placement.Audiences, "topics": s.Placement.Topics, "region": s.Placement.Region,
			"published_at": s.Published.UTC().Format(time.RFC3339), "body": s.Version.Article.Body,
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return w.Flush()
}
