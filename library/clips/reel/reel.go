// Package reel is the clips of the starter library: each a script in words the
// fact sheets allow, and a drawing of the mechanism it tells of. It owns what
// is said and seen; how it is timed and drawn is film's, how it becomes a file
// is render's.
//
// It refuses facts of its own: every number and every piece of advice is in the
// fact sheet of the article that a clip goes with.
package reel

import "kepu/library/clips/film"

// All is every clip, by slug.
func All() []*film.Clip {
	return []*film.Clip{
		baoyu(), fangzha(), huozai(), qiantang(), shizhong(), taifeng(), xinfei(), youxian(), yutang(), zhongfeng(),
	}
}
