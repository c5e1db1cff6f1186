package frontend

import (
	"regexp"
	"slices"

	"kepu/frontend/page"
	"kepu/media"
	"kepu/shelf"
)

// blobs are the addresses of blobs in a rendered page.
var blobs = regexp.MustCompile(`"(/media/([0-9a-f]{64})/[a-z0-9.]+)"`)

// preview shows a draft to whoever holds the address, as its page will be. What
// it shows carries a ticket, for no reader may see it yet.
func (s *server) preview(r page.Request) (page.Reply, error) {
	if s.studio == nil {
		return page.Reply{}, page.ErrNotFound
	}
	p, err := s.studio.Previewed(r.Ctx, r.Arg("token"))
	if err != nil {
		return page.Reply{}, err
	}
	it := &shelf.Item{Rev: p.Rev, Item: p.Item, Version: p.Version}
	reply, err := s.site.Draft(r, it, p.Audience)
	if err != nil {
		return page.Reply{}, err
	}
	keys := p.Version.MediaKeys()
	reply.Body = blobs.ReplaceAllFunc(reply.Body, func(found []byte) []byte {
		m := blobs.FindSubmatch(found)
		if key := media.Key(m[2]); slices.Contains(keys, key) {
			return []byte(`"` + string(m[1]) + "?ticket=" + s.studio.Ticket(key, p.Name, p.Ends) + `"`)
		}
		return found
	})
	reply.Private = true
	return reply, nil
}
