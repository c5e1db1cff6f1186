package studio

import (
	"net/http"

	"kepu/frontend/api"
)

// Operations are the routes as the API describes them.
func (s *Studio) Operations() (all []api.Operation) {
	for _, r := range s.routes {
		o := api.Operation{Name: r.Name, Method: r.Method, Path: Base + r.Path, Tag: "studio", Summary: r.Says, Keys: r.Keys,
			Takes: r.Do.takes, Gives: r.Do.gives, Files: r.Do.files, Match: r.Match, Once: r.Once != never, Open: r.Open.Anyone(), Statuses: []int{400, 429, 500, 503}}
		o.Statuses = append(o.Statuses, r.Do.status)
		o.Statuses = append(o.Statuses, 401) // a token that opens nothing is refused everywhere
		if len(r.Parameters()) > 0 || r.Do.status == http.StatusFound {
			o.Statuses = append(o.Statuses, 404, 410)
		}
		if !o.Open || r.Unsafe() || r.Do.status == http.StatusFound {
			o.Statuses = append(o.Statuses, 403)
		}
		if r.Unsafe() {
			o.Statuses = append(o.Statuses, 409, 413, 415, 422, 507)
		}
		if r.Match {
			o.Statuses = append(o.Statuses, 428)
		}
		all = append(all, o)
	}
	return all
}
