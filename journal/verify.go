package journal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
)

const verifyBatch = 200

// Verify walks a store from its first entry to the head it has at the start
// and reports, in Chinese, each thing wrong in it: gaps, a chain that does not
// hold, revisions that do not follow each other, heads that are not the last
// entry of their record, and states that are missing or do not match their
// hash. The error says that the walk itself failed. The store may be in use
// meanwhile. progress, if not nil, hears after each batch how many of how many
// steps are done. It takes about 60 bytes of memory a record.
func Verify(ctx context.Context, store Store, chain Chain, progress func(done, total int), report func(problem string)) error {
	head, err := store.Head(ctx)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	v := verifier{store: store, chain: chain, head: head, last: map[[16]byte]mark{}, progress: progress, report: report}
	// First the entries alone, then the states: which entry is the last of its
	// record is known only at the end.
	for _, step := range []func(context.Context, []Entry) error{v.entries, v.states} {
		if err := v.walk(ctx, step); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
	}
	return nil
}

type verifier struct {
	store    Store
	chain    Chain
	head     Position
	at       Position          // of the last entry seen
	last     map[[16]byte]mark // by digest of the key: the last entry of each record
	done     uint64
	progress func(done, total int)
	report   func(problem string)
}

type mark struct{ rev, seq uint64 }

func digest(k Key) [16]byte {
	sum := sha256.Sum256([]byte(k.Kind + "/" + k.ID))
	return [16]byte(sum[:16])
}

func (v *verifier) fault(format string, args ...any) {
	v.report(fmt.Sprintf(format, args...))
}

// walk gives step all entries up to the head, in batches.
func (v *verifier) walk(ctx context.Context, step func(context.Context, []Entry) error) error {
	for after := uint64(0); after < v.head.Seq; {
		entries, err := v.store.Entries(ctx, after, int(min(verifyBatch, v.head.Seq-after)))
		if err != nil {
			return err
		}
		for len(entries) > 0 && entries[len(entries)-1].Seq > v.head.Seq {
			entries = entries[:len(entries)-1]
		}
		if len(entries) == 0 {
			v.fault("第 %d 条之后的记录缺失，应到第 %d 条", after, v.head.Seq)
			return nil
		}
		if err := step(ctx, entries); err != nil {
			return err
		}
		v.done += entries[len(entries)-1].Seq - after
		after = entries[len(entries)-1].Seq
		if v.progress != nil {
			v.progress(int(v.done), int(2*v.head.Seq))
		}
	}
	return nil
}

// entries checks the chain and that revisions of a record follow each other.
// It goes on behind a break, from what stands there.
func (v *verifier) entries(_ context.Context, entries []Entry) error {
	for _, e := range entries {
		var broken *Broken
		if err := v.chain.Verify([]Entry{e}, v.at); errors.As(err, &broken) {
			v.fault("%s", broken.Error())
		}
		v.at.Seq, v.at.Hash = e.Seq, e.Hash
		d := digest(e.Key())
		if before := v.last[d]; e.Rev != before.rev+1 {
			v.fault("第 %d 条记录：%s/%s 的版本从 %d 跳到 %d", e.Seq, e.Kind, e.ID, before.rev, e.Rev)
		}
		v.last[d] = mark{rev: e.Rev, seq: e.Seq}
	}
	if v.at.Seq == v.head.Seq && v.at.Hash != v.head.Hash {
		v.fault("第 %d 条记录与存储所报的末尾不符", v.at.Seq)
	}
	return nil
}

// states checks what each entry made: by the head where the entry is the last
// of its record, else by its revision.
func (v *verifier) states(ctx context.Context, entries []Entry) error {
	var keys []Key
	for _, e := range entries {
		if v.isLast(e) {
			keys = append(keys, e.Key())
		}
	}
	heads, err := v.heads(ctx, keys)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if r, ok := heads[e.Key()]; ok && v.isLast(e) && (r.Seq == e.Seq || r.Seq <= v.head.Seq) {
			v.compare(e, r, "当前")
			continue
		}
		// An older revision, one replaced since the walk began, or an erased
		// record.
		r, err := v.store.GetRev(ctx, e.Key(), e.Rev)
		switch {
		case err == nil && v.isLast(e) && heads[e.Key()].Seq <= v.head.Seq:
			v.fault("%s/%s：没有当前版本，第 %d 条记录应为其第 %d 版", e.Kind, e.ID, e.Seq, e.Rev)
		case err == nil:
			v.compare(e, r, "历史")
		case errors.Is(err, ErrErased):
		case errors.Is(err, ErrNotFound):
			v.fault("第 %d 条记录：%s/%s 第 %d 版缺失", e.Seq, e.Kind, e.ID, e.Rev)
		case ctx.Err() != nil:
			return err
		default:
			v.fault("第 %d 条记录：%s/%s 第 %d 版无法读取：%v", e.Seq, e.Kind, e.ID, e.Rev, err)
		}
	}
	return nil
}

// heads is Gets, or where that fails what can be had one by one; what can't
// turns up again when its revision is read.
func (v *verifier) heads(ctx context.Context, keys []Key) (map[Key]Record, error) {
	heads, err := v.store.Gets(ctx, keys...)
	if err == nil || ctx.Err() != nil {
		return heads, err
	}
	heads = map[Key]Record{}
	for _, k := range keys {
		if r, err := v.store.Get(ctx, k); err == nil {
			heads[k] = r
		} else if ctx.Err() != nil {
			return nil, err
		}
	}
	return heads, nil
}

func (v *verifier) isLast(e Entry) bool { return v.last[digest(e.Key())].seq == e.Seq }

func (v *verifier) compare(e Entry, r Record, which string) {
	switch {
	case r.Rev != e.Rev || r.Seq != e.Seq:
		v.fault("%s/%s：%s版本是第 %d 版（第 %d 条），记录中是第 %d 版（第 %d 条）", e.Kind, e.ID, which, r.Rev, r.Seq, e.Rev, e.Seq)
	case r.Hash != e.State || Sum(r.State) != e.State:
		v.fault("%s/%s：第 %d 版的内容与第 %d 条记录的校验值不符", e.Kind, e.ID, e.Rev, e.Seq)
	}
}
