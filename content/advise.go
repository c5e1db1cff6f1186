package content

import "context"

// Judge is what the gate has to say of any version under a placement, be it saved
// or not. whole asks the operator's checker too, which takes its time.
func (d *Desk) Judge(ctx context.Context, v Version, p Placement, whole bool) ([]Advice, error) {
	if whole {
		return d.gate(ctx, v, p)
	}
	c, err := d.criteria(ctx)
	if err != nil {
		return nil, err
	}
	return c.judge(v, p), nil
}

// Commented gives an item that the actor may comment on, as the actor may read
// it. all tells whether threads on its draft are for the actor too.
func (d *Desk) Commented(ctx context.Context, by By, id string) (item Item, all bool, err error) {
	if item, err = d.commented(ctx, by, id); err != nil {
		return Item{}, false, err
	}
	all, err = d.reads(ctx, by, item)
	return item, all, err
}
