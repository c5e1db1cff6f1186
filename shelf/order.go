package shelf

import "math/bits"

// HalfLife is how long it takes an item's rank to halve: an item of weight 100
// stands where one of weight 50 stands that was published 14 days later.
const HalfLife = 14 * 24 * 60 * 60 * 1000 // ms

// one is 1.0 in the fixed point of order keys: a factor of two, or a half-life.
const one = int64(1) << 32

// regionFactor is what an item gains in the feed of exactly its own region, in
// per cent.
const regionFactor = 150

// orderKey ranks an item in a feed; the largest comes first:
//
//	key = log2(weight/50 · region/100 · boost/100) + published/HalfLife
//
// weight is 1–100 for the feed's audience, without an audience the largest one;
// region is 150 in the feed of exactly the item's region, else 100; boost is
// that of the strongest running scene the item belongs to, 100–400, else 100.
// published is the instant of first publication, but at most that of the last
// change, in ms since 1970. As freshness falls exponentially, the order of two
// items never depends on the present instant. The key is a whole number of
// 2⁻³² and the same on every machine.
func orderKey(weight, region, boost int, published int64) int64 {
	return weightKey(weight) + lift(region) + lift(boost) + freshKey(published)
}

// weightKey is the part of a weight: −5.6 … 1.
func weightKey(weight int) int64 { return log2(clamp(weight, 1, 100), 50) }

// lift is the part of a factor in per cent.
func lift(percent int) int64 { return log2(clamp(percent, 1, 10_000), 100) }

// freshKey is the part of an instant.
func freshKey(ms int64) int64 {
	const far = int64(253402300800000) // the year 10000
	ms = min(max(ms, -far), far)
	whole, rest := ms/HalfLife, ms%HalfLife
	return whole*one + rest*one/HalfLife
}

func clamp(n, low, high int) int { return min(max(n, low), high) }

// log2 is log2(a/b) in fixed point, rounded down, for 1 ≤ a, b < 2³¹: by
// repeated squaring in whole numbers, so that no processor rounds differently.
func log2(a, b int) int64 { return log2of(uint64(a)) - log2of(uint64(b)) }

func log2of(n uint64) int64 {
	whole := bits.Len64(n) - 1
	x := n << (62 - whole) // in [1,2) with 62 fractional bits
	key := int64(whole) * one
	for bit := one >> 1; bit > 0; bit >>= 1 {
		hi, lo := bits.Mul64(x, x)
		x = hi<<2 | lo>>62 // the square, in [1,4) with 62 fractional bits
		if x >= 1<<63 {
			x >>= 1
			key += bit
		}
	}
	return key
}
