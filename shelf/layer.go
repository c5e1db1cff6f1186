package shelf

import (
	"slices"
)

// A layer is what some commits changed and the file may not hold yet: full keys
// (bucket letter and key) with their values, nil where deleted. It never
// changes once it is part of a state.
type layer struct {
	step   uint64 // of the newest state it belongs to
	frozen bool   // being written to the file
	size   int
	values map[string][]byte
}

// overhead is what a key in a layer costs beside its bytes, about.
const overhead = 64

// pushLayer puts a layer on top, merging those of like size so that a state
// never has many.
func pushLayer(layers []*layer, top *layer) []*layer {
	layers = slices.Clone(layers)
	for len(layers) > 0 {
		last := layers[len(layers)-1]
		if last.frozen || len(last.values) > 2*len(top.values) {
			break
		}
		both := &layer{step: top.step, values: make(map[string][]byte, len(last.values)+len(top.values))}
		for _, l := range []*layer{last, top} {
			for key, value := range l.values {
				both.values[key] = value
			}
		}
		for key, value := range both.values {
			both.size += len(key) + len(value) + overhead
		}
		layers, top = layers[:len(layers)-1], both
	}
	return append(layers, top)
}

// layersGet finds the newest value; ok tells whether any layer has the key.
func layersGet(layers []*layer, key string) (value []byte, ok bool) {
	for i := len(layers) - 1; i >= 0; i-- {
		if value, ok := layers[i].values[key]; ok {
			return value, true
		}
	}
	return nil, false
}

// layerKeys gives every key of the layers in order.
func layerKeys(layers []*layer) []string {
	var keys []string
	for _, l := range layers {
		for key := range l.values {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func layersSize(layers []*layer) int {
	n := 0
	for _, l := range layers {
		n += l.size
	}
	return n
}
