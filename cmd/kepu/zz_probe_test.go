package main
import ("testing";"time";"path/filepath";"net/url";"strings")
func TestProbe(t *testing.T) {
	disk := smallDisk(t, "32m")
	data := filepath.Join(disk, "data")
	p := serving(t, data)
	p.ready(t)
	fill(t, filepath.Join(disk, "ballast"))
	p.kill(t)
	p = serving(t, data)
	last := ""
	ok, bad := 0, 0
	for end := time.Now().Add(15*time.Second); time.Now().Before(end); time.Sleep(20*time.Millisecond) {
		_, b := p.get(t, "/readyz")
		st := p.total(t, url.QueryEscape("血压"))
		if st >= 0 { ok++ } else { bad++ }
		b = b[strings.Index(b, "search_ready"):]
		if b[:20] != last { t.Log(time.Now().Format("05.000"), st, b); last = b[:20] }
	}
	t.Log(ok, bad)
	s := p.said.String()
	if len(s) > 4000 { s = s[:4000] }
	t.Log(s)
}
