package shelf

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kepu/content"
	"kepu/journal"
)

// soak is n, or many where KEPU_SOAK asks for more.
func soak(n, many int) int {
	if os.Getenv("KEPU_SOAK") != "" {
		return many
	}
	return n
}

// random makes items of all sorts.
func (d *desk) random(n int) []sample {
	all := make([]sample, n)
	for i := range all {
		all[i] = d.one(i)
	}
	return all
}

func (d *desk) one(i int) sample {
	s := article1(i)
	for _, a := range content.Audiences {
		if d.rand.IntN(2) == 0 {
			s.item.Placement.Audiences = append(s.item.Placement.Audiences, placed(a, 1+d.rand.IntN(100)))
		}
	}
	p := &s.item.Placement
	p.Topics = [][]string{nil, {"health"}, {"health-mind", "space"}, {"space"}}[d.rand.IntN(4)]
	p.Tags = [][]string{nil, {"台风"}, {"a", "b"}}[d.rand.IntN(3)]
	p.Region = []string{"", "33", "3301", "330106"}[d.rand.IntN(4)]
	if d.rand.IntN(10) == 0 {
		p.Pin = &content.Pin{On: []string{"all"}, Order: i}
	}
	if d.rand.IntN(5) == 0 {
		p.Series = &content.SeriesPart{ID: fmt.Sprintf("series-%d", d.rand.IntN(3)), Part: d.rand.IntN(4)}
	}
	if d.rand.IntN(3) == 0 {
		s.version.Cover = &content.Picture{Key: blob(d.rand.IntN(20)), Type: "image/jpeg"}
	}
	s.version.Summary = strings.Repeat("长", d.rand.IntN(800))
	return s
}

// step changes something at random.
func (d *desk) step(next *int) {
	if *next > 5 && d.rand.IntN(4) == 0 {
		n := d.rand.IntN(*next)
		if key := journalKey(content.KindItem, id(n)); d.revs[key] > 0 {
			d.withdraw(d.one(n))
		}
		return
	}
	if *next > 5 && d.rand.IntN(3) == 0 {
		d.publish(d.one(d.rand.IntN(*next)))
		return
	}
	var fresh []sample
	for range 1 + d.rand.IntN(20) {
		fresh = append(fresh, d.one(*next))
		*next++
	}
	d.publish(fresh...)
}

// TestChild is the process that TestKilled kills: it follows the store in
// KEPU_SHELF_CHILD and says up to where it shows.
func TestChild(t *testing.T) {
	dir := os.Getenv("KEPU_SHELF_CHILD")
	if dir == "" {
		return
	}
	store := openStore(t, dir)
	s, err := Open(filepath.Join(dir, "shelf"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("at", s.Position().Seq)
	go func() {
		for seq := s.Position().Seq; ; seq = s.Position().Seq {
			if s.Wait(t.Context(), seq+1) != nil {
				return
			}
			fmt.Println("at", s.Position().Seq)
		}
	}()
	t.Fatal(s.Follow(t.Context(), store)) // until it is killed
}

// A shelf killed at any moment, while it is made, follows or writes its file,
// opens again and ends up showing what the journal says.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	store := openStore(t, dir)
	defer store.Close()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	d := &desk{t: t, store: store, revs: map[journal.Key]uint64{}, rand: rand.New(rand.NewPCG(seed, 0))}
	next := 0
	d.topics("health", "health-mind", "space")
	for range 20 {
		d.step(&next)
	}
	for cycle := range soak(20, 1000) {
		if cycle%7 == 3 { // a rebuild is killed too
			if err := os.Remove(filepath.Join(dir, "shelf", fileName)); err != nil {
				t.Fatal(err)
			}
		}
		killChild(t, d, dir, &next)
		if cycle%5 == 4 {
			s := openShelf(t, filepath.Join(dir, "shelf"), nil)
			stop := follow(t, s, store)
			wantFresh(t, s, store)
			stop()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// killChild starts a child, changes things beside it and kills it.
func killChild(t *testing.T, d *desk, dir string, next *int) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), "KEPU_SHELF_CHILD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "at ") {
		t.Fatalf("child says %q", lines.Text())
	}
	if _, err := strconv.ParseUint(strings.TrimPrefix(lines.Text(), "at "), 10, 64); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Duration(d.rand.IntN(400)) * time.Millisecond)
	for time.Now().Before(deadline) {
		d.step(next)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("child ended by itself")
	}
}
