package search

import (
	"context"
	"fmt"
	"slices"
)

// inspections is how often Check looks again at what differs: the index runs a
// little behind the shelf, so only a difference that stays is one.
const inspections = 5

// Check calls problem, in Chinese, for every item that the index holds otherwise
// than the shelf shows it. Both may be in use meanwhile.
func (x *Index) Check(ctx context.Context, problem func(string)) error {
	var stays []string
	for n := range inspections {
		if err := x.Wait(ctx, x.shelf.Position().Seq); err != nil {
			return err
		}
		e := x.current.Load()
		if e == nil {
			return ErrRebuilding
		}
		wrong, err := x.differences(ctx, e)
		if err != nil {
			return fmt.Errorf("check search index: %w", err)
		}
		if n > 0 {
			wrong = slices.DeleteFunc(wrong, func(id string) bool { return !slices.Contains(stays, id) })
		}
		if stays = wrong; len(stays) == 0 {
			return nil
		}
	}
	for _, id := range stays {
		problem(fmt.Sprintf("内容 %s 在索引里的和书架上的不一样", id))
	}
	return nil
}

// differences are the ids of items that only one of index and shelf has, or
// each in another revision.
func (x *Index) differences(ctx context.Context, e *engine) (wrong []string, err error) {
	want := map[string]uint64{}
	view := x.shelf.View()
	view.IDs(func(id string, rev uint64) bool {
		want[id] = rev
		return true
	})
	view.Close()
	err = e.each(ctx, func(id string, rev uint64) {
		if is, ok := want[id]; ok && is == rev {
			delete(want, id)
		} else {
			wrong = append(wrong, id)
			delete(want, id)
		}
	})
	for id := range want {
		wrong = append(wrong, id)
	}
	return wrong, err
}
