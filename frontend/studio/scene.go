package studio

import (
	"time"

	"kepu/content"
	"kepu/journal"
)

// Scene lifts items between two instants.
type Scene struct {
	Slug      string             `json:"slug" readOnly:"true"`
	Title     string             `json:"title"`
	Summary   string             `json:"summary,omitempty"`
	Start     time.Time          `json:"start"`
	End       time.Time          `json:"end"`
	Boost     int                `json:"boost" doc:"权重的百分数，100到400"`
	Topics    []string           `json:"topics,omitempty"`
	Tags      []string           `json:"tags,omitempty"`
	Items     []string           `json:"items,omitempty"`
	Audiences []content.Audience `json:"audiences,omitempty"`
	Regions   []string           `json:"regions,omitempty"`
	Cover     *Picture           `json:"cover,omitempty"`
	Rev       uint64             `json:"rev" readOnly:"true"`
}

// Scenes are all scenes by slug.
type Scenes struct {
	Scenes []Scene `json:"scenes"`
}

func (s *Studio) sceneOf(c *Call, r journal.Record) (Scene, error) {
	d, err := content.Decode[content.Scene](r.State)
	return Scene{d.Slug, d.Title, d.Summary, d.Start, d.End, d.Boost, d.Topics, d.Tags, d.Items, d.Audiences, d.Regions, s.picture(c, d.Cover), r.Rev}, err
}

func (s *Studio) scenes(c *Call) (Scenes, error) {
	out := Scenes{Scenes: []Scene{}}
	err := s.records(c.Ctx, content.KindScene, func(r journal.Record) error {
		d, err := s.sceneOf(c, r)
		out.Scenes = append(out.Scenes, d)
		return err
	})
	return out, err
}

func (s *Studio) scene(c *Call) (Scene, error) {
	r, err := s.record(c.Ctx, content.KindScene, c.Args["scene"])
	if err != nil {
		return Scene{}, err
	}
	return s.sceneOf(c, r)
}

func (s *Studio) putScene(c *Call, in Scene) (Stamp, error) {
	cover, err := s.cover(c.Ctx, in.Cover)
	if err != nil {
		return Stamp{}, err
	}
	stamp, err := s.Desk.PutScene(c.Ctx, c.By(), c.Match.Rev, content.Scene{Slug: c.Args["scene"], Title: in.Title, Summary: in.Summary, Start: in.Start, End: in.End,
		Boost: in.Boost, Topics: in.Topics, Tags: in.Tags, Items: in.Items, Audiences: in.Audiences, Regions: in.Regions, Cover: cover})
	return stamped("", stamp, err)
}
