package account

import "context"

// Occupy takes every turn at hashing until it is called back.
func (a *Accounts) Occupy(ctx context.Context) (back func(), err error) {
	a.start.Do(a.begin)
	var backs []func()
	for range cap(a.slots) {
		one, err := a.turn(ctx)
		if err != nil {
			return nil, err
		}
		backs = append(backs, one)
	}
	return func() {
		for _, one := range backs {
			one()
		}
	}, nil
}
