package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// Cost is what one argon2id hash takes.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// The cost that counts where Accounts names none: the least that OWASP's
// Password Storage Cheat Sheet asks of argon2id.
const (
	CostMemory  = 19 * 1024 // KiB
	CostTime    = 2
	CostThreads = 1
)

// Bounds of what is believed of a stored hash: a record that was tampered with
// must not take the machine's memory.
const (
	maxMemory  = 256 * 1024 // KiB
	maxPasses  = 16
	maxThreads = 16
	saltSize   = 16 // RFC 9106, section 3.1
	keySize    = 32
)

// hashWait is how long anyone waits for a turn at hashing where the caller
// gave no nearer deadline.
const hashWait = 20 * time.Second

// phc is a hash in the PHC string format: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
type phc struct {
	cost      Cost
	salt, key []byte
}

func (h phc) encode() hidden {
	e := base64.RawStdEncoding
	return hidden(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Threads, e.EncodeToString(h.salt), e.EncodeToString(h.key)))
}

// parsePHC reads what encode writes and nothing else.
func parsePHC(s hidden) (phc, error) {
	field := strings.Split(string(s), "$")
	if len(field) != 6 || field[0] != "" || field[1] != "argon2id" || field[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, fmt.Errorf("parse hash: not argon2id of version %d", argon2.Version)
	}
	var h phc
	cost := strings.Split(field[3], ",")
	if len(cost) != 3 {
		return phc{}, fmt.Errorf("parse hash: %d parameters", len(cost))
	}
	var values [3]uint64
	for i, most := range []struct {
		name string
		most uint64
	}{{"m=", maxMemory}, {"t=", maxPasses}, {"p=", maxThreads}} {
		text, ok := strings.CutPrefix(cost[i], most.name)
		n, err := strconv.ParseUint(text, 10, 32)
		if !ok || err != nil || n == 0 || n > most.most || strconv.FormatUint(n, 10) != text {
			return phc{}, fmt.Errorf("parse hash: parameter %d out of bounds", i)
		}
		values[i] = n
	}
	h.cost = Cost{Memory: uint32(values[0]), Time: uint32(values[1]), Threads: uint8(values[2])}
	var err error
	if h.salt, err = base64.RawStdEncoding.Strict().DecodeString(field[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return phc{}, fmt.Errorf("parse hash: bad salt")
	}
	if h.key, err = base64.RawStdEncoding.Strict().DecodeString(field[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return phc{}, fmt.Errorf("parse hash: bad key")
	}
	return h, nil
}

// cost is what a new hash takes.
func (a *Accounts) cost() Cost {
	if a.Cost == (Cost{}) {
		return Cost{Memory: CostMemory, Time: CostTime, Threads: CostThreads}
	}
	return a.Cost
}

// turn waits for one of as many turns at hashing as there are processors; the
// caller gives it back. More at once would take memory and make nobody faster.
func (a *Accounts) turn(ctx context.Context) (back func(), err error) {
	a.start.Do(a.begin)
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash: %w", ctx.Err())
	}
}

// begin makes what all hashing shares. The dummy fits no password: its key is
// random and no hash.
func (a *Accounts) begin() {
	a.slots = make(chan struct{}, runtime.GOMAXPROCS(0))
	h := phc{cost: a.cost(), salt: make([]byte, saltSize), key: make([]byte, keySize)}
	rand.Read(h.salt) // never fails, see crypto/rand
	rand.Read(h.key)
	a.dummy = h.encode()
}

// hash makes the kept form of a prepared password; a nil salt is drawn.
func (a *Accounts) hash(ctx context.Context, password string, salt []byte) (hidden, error) {
	back, err := a.turn(ctx)
	if err != nil {
		return "", err
	}
	defer back()
	if salt == nil {
		salt = make([]byte, saltSize)
		rand.Read(salt)
	}
	c := a.cost()
	return phc{c, salt, argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, keySize)}.encode(), nil
}

// fits tells whether a password is the one of the kept form, and whether that
// form is of another cost than new ones are. Without a kept form it takes as
// long and is false.
func (a *Accounts) fits(ctx context.Context, kept hidden, password string) (fits, stale bool, err error) {
	prepared, wrong := prepare(password)
	if wrong != nil {
		prepared = "" // takes as long as any other wrong one
	}
	back, err := a.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer back()
	against := kept
	if against == "" {
		against = a.dummy
	}
	h, err := parsePHC(against)
	if err != nil {
		return false, false, err
	}
	key := argon2.IDKey([]byte(prepared), h.salt, h.cost.Time, h.cost.Memory, h.cost.Threads, uint32(len(h.key)))
	same := subtle.ConstantTimeCompare(key, h.key) == 1
	return same && kept != "" && wrong == nil, h.cost != a.cost(), nil
}
