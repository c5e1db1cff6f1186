package frontend

import (
	"encoding/json"
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Ops answers /healthz, /readyz and /metrics on an address of the operator's
// own. It uses only Ready and Registry of the configuration.
func Ops(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, alive()) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		status, body := readiness(c.Ready)
		reply(w, status, body)
	})
	if c.Registry != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(c.Registry, promhttp.HandlerOpts{}))
	}
	return mux
}

func reply(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(body) // whoever asked may be gone
}

func alive() []byte { return []byte(`{"status":"ok"}` + "\n") }

// readiness is the answer of /readyz.
func readiness(ready func() (bool, map[string]any)) (status int, body []byte) {
	ok, detail := true, map[string]any{}
	if ready != nil {
		ok, detail = ready()
	}
	out := map[string]any{"ready": ok}
	for k, v := range detail {
		out[k] = v
	}
	body, err := json.Marshal(out)
	if err != nil {
		body = []byte(`{}`)
	}
	if !ok {
		return http.StatusServiceUnavailable, append(body, '\n')
	}
	return http.StatusOK, append(body, '\n')
}

func (s *server) health(c *fiber.Ctx) error { return s.plain(c, http.StatusOK, alive()) }

func (s *server) ready(c *fiber.Ctx) error {
	status, body := readiness(s.Ready)
	return s.plain(c, status, body)
}

// plain answers with a little JSON that nobody keeps.
func (s *server) plain(c *fiber.Ctx, status int, body []byte) error {
	h := &c.Context().Response.Header
	guard(h, vPolicyBytes, s.https)
	h.SetCanonical(hCache, vNoStore)
	c.Set(fiber.HeaderContentType, "application/json; charset=utf-8")
	return c.Status(status).Send(body)
}
