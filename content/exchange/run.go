package exchange

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"

	"kepu/content"
	"kepu/journal"
	"kepu/media"
)

// How much goes to the desk at once.
const (
	batchItems = 200
	batchBytes = 4 << 20
	fileWeight = 12 // lines: what a file with its pictures costs, so that progress is told in time
)

// run is one import under way. What belongs to reading (seen, assets) and what
// belongs to writing (report, progress) is used by one goroutine each.
type run struct {
	im       *Import
	media    *media.Collection
	report   *Report
	progress Progress
	seen     map[[16]byte]struct{} // (source, id) of every item so far
	assets   map[string]held       // by place and path
}

// arrival is one item that was read, or why it could not be.
type arrival struct {
	where   string
	id      string
	size    int64
	weight  int // in lines; 0 is 1
	sub     content.Submission
	draft   bool
	problem string // the item is refused
	note    string // something was put right
	skipped bool   // nothing but bytes to count
}

func (im *Import) newRun() *run {
	r := &run{im: im, media: im.Media, report: newReport(), seen: map[[16]byte]struct{}{}, assets: map[string]held{}}
	if im.Options.DryRun {
		r.media = dry(im.Media)
	}
	return r
}

// place imports one place: the trees that items name, the items, the scenes
// that name items.
func (r *run) place(ctx context.Context, p place) error {
	for _, file := range []string{topicsFile, seriesFile} {
		if err := r.tree(ctx, p, file); err != nil {
			return err
		}
	}
	err := r.stream(ctx, func(ctx context.Context, give func(arrival) error) error {
		for _, file := range p.lines {
			if err := r.lines(ctx, p, file, give); err != nil {
				return fmt.Errorf("read %s: %w", p.where(file), err)
			}
		}
		for _, file := range p.articles {
			if err := r.article(ctx, p, file, give); err != nil {
				return fmt.Errorf("read %s: %w", p.where(file), err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.tree(ctx, p, scenesFile)
}

// stream reads in one goroutine and writes in this one, a batch ahead of each
// other. Both have ended when it returns.
func (r *run) stream(ctx context.Context, read func(context.Context, func(arrival) error) error) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan []arrival, 1)
	ended := make(chan error, 1)
	go func() {
		defer close(batches)
		ended <- batched(ctx, batches, read)
	}()
	var failed error
	for batch := range batches {
		if failed != nil {
			continue // until the reader has noticed
		}
		if failed = r.write(ctx, batch); failed != nil {
			cancel()
		}
	}
	err := <-ended
	cancel()
	if failed != nil {
		return failed
	}
	return err
}

// batched gathers what read gives into batches.
func batched(ctx context.Context, batches chan<- []arrival, read func(context.Context, func(arrival) error) error) error {
	var batch []arrival
	var size int64
	weight := 0
	send := func() error {
		if len(batch) == 0 {
			return ctx.Err()
		}
		select {
		case batches <- batch:
			batch, size, weight = nil, 0, 0
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := read(ctx, func(a arrival) error {
		batch = append(batch, a)
		size, weight = size+a.size, weight+max(1, a.weight)
		if weight >= batchItems || size >= batchBytes {
			return send()
		}
		return nil
	})
	if last := send(); err == nil {
		err = last
	}
	return err
}

// write hands a batch to the desk and books what became of it.
func (r *run) write(ctx context.Context, batch []arrival) error {
	got := make([]content.Imported, len(batch))
	for _, draft := range []bool{false, true} {
		var at []int
		var subs []content.Submission
		for i, a := range batch {
			if a.problem == "" && !a.skipped && a.draft == draft {
				at, subs = append(at, i), append(subs, a.sub)
			}
		}
		if len(subs) == 0 {
			continue
		}
		options := r.im.Options
		options.Publish = options.Publish && !draft
		results, err := r.im.Desk.Import(ctx, r.im.Actor, subs, options)
		if err != nil {
			return err
		}
		for i, result := range results {
			got[at[i]] = result
		}
	}
	for i, a := range batch {
		r.progress.Done += a.size
		switch {
		case a.skipped:
			continue
		case a.problem != "":
			r.report.refuse(LineProblem{Where: a.where, ItemID: a.id, Message: a.problem})
		default:
			r.report.took(a.where, a.id, got[i])
			if a.note != "" {
				r.report.note(LineProblem{Where: a.where, ItemID: a.id, Message: a.note})
			}
			r.log(a, got[i])
		}
		r.progress.Items++
	}
	if r.im.Progress != nil {
		r.im.Progress(r.progress)
	}
	return nil
}

func (r *run) log(a arrival, got content.Imported) {
	if r.im.Log != nil && got.Outcome != content.Unchanged {
		r.im.Log.Debug("import", "item", got.ItemID, "outcome", got.Outcome, "where", a.where)
	}
}

// arrive makes an arrival of values that were read from file. An error is not
// the item's fault.
func (r *run) arrive(ctx context.Context, p place, file, where string, values map[string]any, text []byte) (arrival, error) {
	a := arrival{where: where}
	id := ""
	if text != nil {
		id = file[:len(file)-len(path.Ext(file))]
	}
	given, _ := values["id"].(string)
	given = clip(given)
	rec, err := r.im.read(values, text != nil, p.source, id, text)
	if err == nil {
		a.id = rec.sub.SourceID
		if key := fingerprint(rec.sub.Source, a.id); r.isNew(key) {
			err = r.resolve(ctx, p, path.Dir(file), rec)
		} else {
			a.problem = "id“" + clip(a.id) + "”在前面已经出现过"
		}
	} else {
		a.id = cmp.Or(given, id)
	}
	var invalid *journal.Invalid
	if errors.As(err, &invalid) {
		a.problem, err = invalid.Error(), nil
	}
	if err == nil && a.problem == "" {
		a.sub, a.draft, a.note = rec.sub, rec.draft, rec.note
	}
	return a, err
}

func fingerprint(source, id string) [16]byte {
	sum := sha256.Sum256([]byte(source + "\x00" + id))
	return [16]byte(sum[:16])
}

func (r *run) isNew(key [16]byte) bool {
	if _, ok := r.seen[key]; ok {
		return false
	}
	r.seen[key] = struct{}{}
	return true
}
