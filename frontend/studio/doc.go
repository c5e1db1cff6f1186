package studio

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"kepu/content"
	"kepu/journal"
)

// Topic, Series, Scene and Setting are records beside the items, each at a
// revision.
type (
	Topic struct {
		Key    string `json:"key" readOnly:"true"`
		Name   string `json:"name"`
		Parent string `json:"parent,omitempty"`
		Order  int    `json:"order,omitempty"`
		Rev    uint64 `json:"rev" readOnly:"true"`
	}
	Series struct {
		Slug    string   `json:"slug" readOnly:"true"`
		Title   string   `json:"title"`
		Summary string   `json:"summary,omitempty"`
		Cover   *Picture `json:"cover,omitempty"`
		Rev     uint64   `json:"rev" readOnly:"true"`
	}
	Setting struct {
		Name  string          `json:"name" readOnly:"true"`
		Value json.RawMessage `json:"value"`
		Rev   uint64          `json:"rev" readOnly:"true"`
	}
)

func (t Topic) tag() string   { return strconv.FormatUint(t.Rev, 10) }
func (s Series) tag() string  { return strconv.FormatUint(s.Rev, 10) }
func (s Setting) tag() string { return strconv.FormatUint(s.Rev, 10) }
func (s Scene) tag() string   { return strconv.FormatUint(s.Rev, 10) }

// record reads one that stands.
func (s *Studio) record(ctx context.Context, kind, id string) (journal.Record, error) {
	key := journal.Key{Kind: kind, ID: id}
	if key.Check() != nil {
		return journal.Record{}, journal.ErrNotFound
	}
	r, err := s.Store.Get(ctx, key)
	if err == nil && r.State == nil {
		err = journal.ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", kind, id, err)
	}
	return r, nil
}

// records calls fn with every record of a kind that stands, by id.
func (s *Studio) records(ctx context.Context, kind string, fn func(journal.Record) error) error {
	if _, err := s.Store.Scan(ctx, []string{kind}, fn); err != nil {
		return fmt.Errorf("list %s: %w", kind, err)
	}
	return nil
}

// Topics are all topics, parents before children, in their order.
type Topics struct {
	Topics []Topic `json:"topics"`
}

func topicOf(r journal.Record) (Topic, error) {
	t, err := content.Decode[content.Topic](r.State)
	return Topic{t.Key, t.Name, t.Parent, t.Order, r.Rev}, err
}

func (s *Studio) topics(c *Call) (Topics, error) {
	out := Topics{Topics: []Topic{}}
	err := s.records(c.Ctx, content.KindTopic, func(r journal.Record) error {
		t, err := topicOf(r)
		out.Topics = append(out.Topics, t)
		return err
	})
	place := map[string]int{}
	for _, t := range out.Topics {
		place[t.Key] = t.Order
	}
	root := func(t Topic) string {
		if t.Parent != "" {
			return t.Parent
		}
		return t.Key
	}
	slices.SortStableFunc(out.Topics, func(a, b Topic) int {
		ra, rb := root(a), root(b)
		switch {
		case ra != rb && place[ra] != place[rb]:
			return place[ra] - place[rb]
		case ra != rb:
			return compare(ra, rb)
		case (a.Parent == "") != (b.Parent == ""):
			return len(a.Parent) - len(b.Parent)
		}
		return a.Order - b.Order
	})
	return out, err
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (s *Studio) topic(c *Call) (Topic, error) {
	r, err := s.record(c.Ctx, content.KindTopic, c.Args["topic"])
	if err != nil {
		return Topic{}, err
	}
	return topicOf(r)
}

func (s *Studio) putTopic(c *Call, in Topic) (Stamp, error) {
	stamp, err := s.Desk.PutTopic(c.Ctx, c.By(), c.Match.Rev, content.Topic{Key: c.Args["topic"], Name: in.Name, Parent: in.Parent, Order: in.Order})
	return stamped("", stamp, err)
}

// drop deletes a record beside the items.
func (s *Studio) drop(kind, arg string) func(*Call) (Stamp, error) {
	return func(c *Call) (Stamp, error) {
		key := journal.Key{Kind: kind, ID: c.Args[arg]}
		if key.Check() != nil {
			return Stamp{}, journal.ErrNotFound
		}
		stamp, err := s.Desk.Drop(c.Ctx, c.By(), key, c.Match.Rev)
		return stamped("", stamp, err)
	}
}

// AllSeries are all series by slug.
type AllSeries struct {
	Series []Series `json:"series"`
}

func (s *Studio) seriesOf(c *Call, r journal.Record) (Series, error) {
	d, err := content.Decode[content.Series](r.State)
	return Series{d.Slug, d.Title, d.Summary, s.picture(c, d.Cover), r.Rev}, err
}

// picture is a kept picture as the studio shows it.
func (s *Studio) picture(c *Call, p *content.Picture) *Picture {
	return textOf(content.Version{Cover: p}, s.url(c)).Cover
}

// cover is a picture as it is kept.
func (s *Studio) cover(ctx context.Context, p *Picture) (*content.Picture, error) {
	v, err := s.version(ctx, Text{Cover: p, Article: &Article{}}, false)
	return v.Cover, err
}

func (s *Studio) allSeries(c *Call) (AllSeries, error) {
	out := AllSeries{Series: []Series{}}
	err := s.records(c.Ctx, content.KindSeries, func(r journal.Record) error {
		d, err := s.seriesOf(c, r)
		out.Series = append(out.Series, d)
		return err
	})
	return out, err
}

func (s *Studio) series(c *Call) (Series, error) {
	r, err := s.record(c.Ctx, content.KindSeries, c.Args["series"])
	if err != nil {
		return Series{}, err
	}
	return s.seriesOf(c, r)
}

func (s *Studio) putSeries(c *Call, in Series) (Stamp, error) {
	cover, err := s.cover(c.Ctx, in.Cover)
	if err != nil {
		return Stamp{}, err
	}
	stamp, err := s.Desk.PutSeries(c.Ctx, c.By(), c.Match.Rev, content.Series{Slug: c.Args["series"], Title: in.Title, Summary: in.Summary, Cover: cover})
	return stamped("", stamp, err)
}

// Settings are all settings by name.
type Settings struct {
	Settings []Setting `json:"settings"`
}

func settingOf(r journal.Record) Setting {
	return Setting{Name: r.ID, Value: json.RawMessage(r.State), Rev: r.Rev}
}

func (s *Studio) settings(c *Call) (Settings, error) {
	out := Settings{Settings: []Setting{}}
	err := s.records(c.Ctx, content.KindSetting, func(r journal.Record) error {
		out.Settings = append(out.Settings, settingOf(r))
		return nil
	})
	return out, err
}

func (s *Studio) setting(c *Call) (Setting, error) {
	r, err := s.record(c.Ctx, content.KindSetting, c.Args["setting"])
	return settingOf(r), err
}

func (s *Studio) putSetting(c *Call, in Setting) (Stamp, error) {
	stamp, err := s.Desk.PutSetting(c.Ctx, c.By(), c.Match.Rev, c.Args["setting"], in.Value)
	return stamped("", stamp, err)
}
