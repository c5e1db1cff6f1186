package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// Chain seals entries: the Hash of each covers all its fields and the Hash of
// the one before. Without the secret nobody can alter, drop, add or reorder
// entries unseen; cutting off the end is seen by who noted an earlier Head.
type Chain struct{ key []byte }

// NewChain derives the chain's key from the secret.
func NewChain(s Secret) Chain { return Chain{key: s.Key("chain")} }

// Seal is the Hash of e when it follows the entry whose Hash is prev: the
// HMAC-SHA-256 of the text below. e's own Prev and Hash are not looked at.
//
//	"kepu entry 1"
//	Seq, Rev, At in milliseconds since 1970   8 bytes each, big-endian
//	Kind, ID, State, Act, Actor, Op, prev     each: 4 bytes length, big-endian, then its bytes
//
// Hashes enter as their hexadecimal text, "" as length 0.
func (c Chain) Seal(prev Hash, e Entry) Hash {
	buf := make([]byte, 0, 512)
	buf = append(buf, "kepu entry 1"...)
	buf = binary.BigEndian.AppendUint64(buf, e.Seq)
	buf = binary.BigEndian.AppendUint64(buf, e.Rev)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At.UnixMilli()))
	for _, field := range [...]string{e.Kind, e.ID, string(e.State), e.Act, e.Actor, e.Op, string(prev)} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(field)))
		buf = append(buf, field...)
	}
	mac := hmac.New(sha256.New, c.key)
	mac.Write(buf)
	return Hash(hex.EncodeToString(mac.Sum(nil)))
}

// Broken says where a chain does not hold.
type Broken struct {
	Seq    uint64
	Reason string // Chinese
}

func (b *Broken) Error() string { return fmt.Sprintf("第 %d 条记录：%s", b.Seq, b.Reason) }

// Verify checks that entries follow prev and each other without a gap and that
// each Hash is right. Its error is a *Broken.
func (c Chain) Verify(entries []Entry, prev Position) error {
	for _, e := range entries {
		switch {
		case e.Seq != prev.Seq+1:
			return &Broken{Seq: prev.Seq + 1, Reason: fmt.Sprintf("缺失（其后是第 %d 条）", e.Seq)}
		case e.Prev != prev.Hash:
			return &Broken{Seq: e.Seq, Reason: "与前一条不相连"}
		case !hmac.Equal([]byte(e.Hash), []byte(c.Seal(prev.Hash, e))):
			return &Broken{Seq: e.Seq, Reason: "校验值不符，内容被改动或密钥不同"}
		}
		prev.Seq, prev.Hash = e.Seq, e.Hash
	}
	return nil
}
