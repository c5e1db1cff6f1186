package reel

import (
	"math"

	"kepu/library/clips/film"
)

// qiantang: a bore is the tide of a narrowing bay over a rising bed.
func qiantang() *film.Clip {
	return &film.Clip{
		Slug:     "qiantang-chao",
		Question: []string{"钱江潮，为什么能", "站成一道墙？"},
		Pace:     film.Brisk,
		Ground:   film.Paper,
		Poster:   film.Poster{At: "stand", In: 2.4, Left: 20},
		Sources:  []string{"水文地理资料通用值", "河口动力学、潮汐学教材", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "钱江潮，为什么能/站成一道墙？", Hold: 0.4, Chapter: "怎么站起来的"},
			{Name: "rise", Say: "海里的潮，是慢慢涨起来的。", Hold: 0.5},
			{Name: "bay", Say: "杭州湾像一只喇叭，/湾口宽约100千米，|到盐官一带，/只剩3千米左右。", Hold: 0.4, Chapter: "口子收窄"},
			{Name: "squeeze", Say: "一大股水往里挤，/两岸一收，水面往上抬。", Hold: 0.6},
			{Name: "bar", Say: "河底还有一道大沙坎，/水在这里由深变浅。", Hold: 0.3, Chapter: "水底有坎"},
			{Name: "chase", Say: "水越浅，跑得越慢。|前面的慢下来，/后面的追上来叠在上面。", Hold: 0.3},
			{Name: "stand", Say: "越叠越陡，/潮头就站了起来。", Hold: 1.4},
			{Name: "safe", Say: "看潮，站在堤顶护栏里。|江滩别下：潮头几分钟/可到，泥沙会陷脚。", Hold: 0.3, Chapter: "看潮站哪儿"},
			{Name: "call", Say: "见有人在江滩，/喊他上岸，打110。", Hold: 0.5},
			{Name: "end", Say: "潮天天有，大小不同。|想知道得更多，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
			f.Group("", s.On("ask", "ask")+film.Span(-s.In("ask"), 0, 0.01), func() { boreAsks(f, s) })
			f.Group("", s.On("rise", "rise"), func() { seaRises(f, s) })
			f.Group("", s.On("bay", "squeeze"), func() { bayNarrows(f, s) })
			f.Group("", s.On("bar", "stand"), func() { boreStands(f, s) })
			f.Group("", s.From("safe"), func() { dikeIsSafe(f, s) })
		},
	}
}

// boreAsks is the wall of water coming on, low in the picture.
func boreAsks(f *film.Frame, s film.Show) {
	x := 620 - 50*s.T
	f.Fill(film.Surface(0, film.Width, 560, film.Height, 2, 160, -30*s.T), film.Shoal)
	f.Fill(film.Path("M", x, 564, "C", x-22, 500, x-10, 440, x+26, 400)+film.On([]film.Point{{X: x + 26, Y: 400}, {X: x + 220, Y: 386}, {X: 1280, Y: 398}})+"L1280 720L0 720L0 640Z", film.Water)
	foam(f, x, 398, 562, s.T)
	f.Line(film.Path("M0 560H", x-20), 5, film.Ink)
	f.Line(film.Smooth([]film.Point{{X: x + 26, Y: 400}, {X: x + 220, Y: 386}, {X: 1280, Y: 398}}), 6, film.Ink)
	f.Dot(x+24, 404, 12)
}

// foam is the white face of a bore from its crest to its foot, spray before it.
func foam(f *film.Frame, x, crest, foot, t float64) {
	high := foot - crest
	f.Fill(film.Path("M", x-40, foot+6, "C", x-44, foot-high*0.3, x-34, crest+high*0.36, x-2, crest+high*0.06, "C", x+12, crest-4, x+34, crest-2, x+40, crest+8, "C", x+66, crest+high*0.4, x+60, foot-high*0.3, x+74, foot+8, "Z"), film.White)
	for i := range 18 { // the face rolls down
		p := film.Cycle(t, 1.3, film.Chance(i, 1))
		y := film.Mix(crest+6, foot, p)
		f.Disc(film.Mix(x+14, x-34, math.Sqrt(p))+24*film.Chance(i, 3), y, 10+15*film.Chance(i, 4), film.White)
	}
	for i := range 14 { // the foot splashes
		p := film.Cycle(t, 0.9, film.Chance(i, 5))
		up := high * (0.35 + 0.35*film.Chance(i, 6)) * 4 * p * (1 - p)
		f.Disc(x-36-(70*film.Chance(i, 7)+20)*p, foot-up, (4+8*film.Chance(i, 8))*(1-0.6*p), film.White)
	}
	for i := range 10 { // and trails behind the crest
		f.Disc(x+50+22*float64(i)+6*film.Wave(t, 1.7, film.Chance(i, 9)), crest+12+4*film.Wave(t, 1.2, film.Chance(i, 10)), 10-0.8*float64(i), film.White)
	}
}

// seaRises is open water lifting a boat by a slow metre.
func seaRises(f *film.Frame, s film.Show) {
	y := 470 - 130*s.Move("rise", 0.1, 3.2)
	f.Fill(film.Surface(0, film.Width, y, film.Height, 5, 420, 60*s.T), film.Water)
	f.Line(film.Path("M210 200V620"), 10, film.Ink)
	for i := range 9 {
		f.Line(film.Path("M196 ", 220+48*i, "H224"), 5, film.Ink)
	}
	f.Dot(210, y, 16)
	boat(f, 760, y+5*film.Wave(s.T, 3, 0), 2*film.Wave(s.T, 3, 0.2))
	f.Arrow(1080, 500, 1080, 500-150*s.Move("rise", 0.2, 3), 14, film.Ink)
	f.Word(300, 190, 50, film.Start, film.Ink, film.Paper, "水面慢慢抬高")
}

func boat(f *film.Frame, x, y, tilt float64) {
	f.Group(film.Place(x, y, tilt, 1), 1, func() {
		f.Shape("M-130 -34H140L104 34H-96Z", film.Kiln, 6)
		f.Shape("M-70 -34V-92H20V-34Z", film.White, 6)
		f.Line("M60 -34V-150L112 -120", 6, film.Ink)
	})
}

const bay = "M1280 70C1090 92 960 290 770 302C600 312 480 350 330 351.5C200 352 120 330 0 330V347C120 347 200 369 330 368.5C480 370 600 408 770 418C960 430 1090 640 1280 650Z"

// bayNarrows is the bay from above, its widths to one scale.
func bayNarrows(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#DDE6C6")
	f.Fill(bay, film.Shoal)
	front := film.Mix(1300, 250, s.Move("bay", 0.3, 7.2))
	f.Inside(bay, func() {
		f.Fill(film.Path("M1290 0H", front+40, "C", front-16, 240, front-16, 470, front+40, 720, "H1290Z"), film.Water)
		for i := range 7 {
			y := 90 + 540*float64(i)/6
			to := 352 + 16*float64(i)/6
			d := film.Path("M1280 ", y, "C1090 ", y, 960, film.Mix(360, y, 0.22), 770, film.Mix(360, y, 0.19), "C600 ", film.Mix(360, y, 0.16), 480, to, 330, to)
			f.Group("", film.Span(front, 760, 1150), func() { f.Dash(d, 4, film.Mist, 26, 30, 90*s.T) })
		}
	})
	f.Line(bay, 5, film.Ink)
	f.Dot(front+6, 360, 14)
	width(f, 1120, 176, 545, s.Move("bay", 0.8, 1.8))
	f.Group("", s.Move("bay", 1, 1.6), func() { f.Word(1090, 376, 46, film.Tail, film.White, film.Water, "约100千米") })
	at := s.Cue("bay", 1) - s.At("bay")
	width(f, 360, 349, 370, s.Move("bay", at, at+0.6))
	f.Group("", s.Move("bay", at, at+0.5), func() {
		f.Line("M360 382V424", 4, film.Ink)
		f.Word(360, 472, 46, film.Middle, film.Ink, "#DDE6C6", "盐官 约3千米")
	})
	f.Group("", s.From("squeeze"), func() {
		f.Box(60, 56, 520, 250, 8, film.White, film.Ink, 4)
		p := s.Move("squeeze", 0.5, 3.2)
		w := film.Mix(330, 110, p)
		h := 330 * 58 / w
		f.Rect(320-w/2, 282-h, w, h, 0, film.Water)
		f.Line(film.Path("M", 320-w/2, 90, "V282H", 320+w/2, "V90"), 8, film.Ink)
		f.Arrow(320-w/2-74, 200, 320-w/2-16, 200, 12, film.Brick)
		f.Arrow(320+w/2+74, 200, 320+w/2+16, 200, 12, film.Brick)
		f.Dot(320, 282-h, 12)
	})
}

// width marks how broad the bay is.
func width(f *film.Frame, x, top, bottom, p float64) {
	if p <= 0 {
		return
	}
	mid, half := (top+bottom)/2, (bottom-top)/2*p
	f.Line(film.Path("M", x, mid-half, "V", mid+half, "M", x-16, mid-half, "H", x+16, "M", x-16, mid+half, "H", x+16), 6, film.Ink)
}

// Levels of the section, in the order of height.
const (
	still  = 372.0
	layer  = 36.0
	layers = 4
	met    = 430.0 // where the layers have met
)

// boreStands is the section along the river: four layers of one tide. Each runs
// as fast as its depth lets it, so the upper ones come over the lower.
func boreStands(f *film.Frame, s film.Show) {
	bed := film.On([]film.Point{{X: 0, Y: 452}, {X: 300, Y: 440}, {X: 560, Y: 462}, {X: 860, Y: 580}, {X: 1280, Y: 640}})
	lift := film.Mix(180, 0, s.Move("bar", 0, 1.8))
	t := film.Ease(film.Span(s.T, s.At("chase"), s.At("stand")+0.9))
	on := film.Span(s.T, s.At("stand")+0.5, s.End("stand")+1) * 190
	tones := []string{film.Shoal, "#6AA598", film.Glaze, film.Water}
	front := func(i int) float64 {
		return film.Mix(640+float64(i)*200, met+float64(i)*7, t) - on
	}
	for i := layers - 1; i >= 0; i-- {
		x, ramp := front(i), film.Mix(150, 12, t)
		top := still - layer*float64(i+1)
		low := top + layer
		if i == 0 {
			low = still
		}
		d := film.Path("M", x-ramp, low, "C", x-ramp*0.4, low, x-ramp*0.2, top, x+ramp*0.4, top)
		f.Fill(d+film.Path("L1300 ", top, "L1300 720L", x-ramp, 720, "Z"), tones[i])
	}
	f.Rect(0, still, film.Width, 350, 0, film.Shoal)
	f.Group("", 0.55*film.Span(t, 0.7, 1), func() { f.Rect(front(0)+30, still, film.Width, 350, 0, film.Water) })
	f.Group(film.Place(0, lift, 0, 1), 1, func() {
		f.Fill("M0 452"+bed+"V920H0Z", film.Sand)
		f.Line("M0 452"+bed, 5, film.Ink)
		f.Word(250, 530, 50, film.Middle, film.Ink, "", "沙坎")
	})
	top := front(layers - 1)
	f.Line(film.Path("M0 ", still, "H", front(0)-film.Mix(150, 12, t)), 5, film.Ink)
	f.Line(film.Path("M", top+8, still-layer*layers, "H1280"), 6, film.Ink)
	f.Group("", film.Span(t, 0.86, 1), func() { foam(f, front(0)+6, still-layer*layers+4, still+2, s.T) })
	f.Dot(top+10, still-layer*layers, 12)
	words := s.On("bar", "chase")
	f.Group("", words, func() {
		f.Word(90, 330, 50, film.Start, film.Ink, film.Paper, "浅，慢")
		f.Arrow(250, 408, 250-70-14*film.Wave(s.T, 1.6, 0), 408, 10, film.Ink)
		f.Word(1000, 196, 50, film.Start, film.Ink, film.Paper, "深，快")
		f.Arrow(1210, 470, 1210-210-24*film.Wave(s.T, 1.6, 0), 470, 14, film.White)
	})
	f.Group("", s.On("stand", "stand"), func() {
		f.Word(560, 170, 54, film.Start, film.Ink, film.Paper, "后浪叠前浪，立成水墙")
	})
}

// dikeIsSafe is the dike with its railing, the flat, and the bore coming.
func dikeIsSafe(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
	x := film.Mix(1330, 900, film.Span(s.In("safe"), 0.4, s.End("call")-s.At("safe")))
	f.Fill("M0 320H430L520 560H1280V720H0Z", film.Sand)
	f.Fill(film.Path("M", x, 560, "C", x-16, 500, x-6, 460, x+24, 430, "L1360 430V720H", x, "Z"), film.Water)
	foam(f, x, 430, 566, s.T)
	f.Fill("M0 320H430L556 640V720H0Z", film.Slate)
	f.Line("M0 320H430L556 640", 6, film.Ink)
	f.Line(film.Path("M516 560H", x-30), 5, film.Ink)
	for i := range 3 {
		f.Group(film.Standing(84+120*float64(i), 318, 0.92), 1, func() {
			p := film.Stand()
			if i == 2 {
				up := s.Move("call", 0.2, 0.7)
				p = film.Between(p, film.Pose{Arm: 120 + 8*film.Wave(s.T, 0.8, 0), Fore: 150, Arm2: 60, Fore2: 130, Leg: 4, Leg2: -6, Shin2: -8}, up)
			}
			f.Person(p, film.Look{Body: []string{film.Brand, film.Plum, film.Tile}[i]})
		})
	}
	for i := range 5 {
		f.Line(film.Path("M", 26+98*float64(i), 320, "V236"), 7, film.Ink)
	}
	f.Line("M8 238H424M8 280H424", 6, film.Ink)
	f.Tick(204, 70, 44, s.Move("safe", 0.2, 0.6))
	at := s.Cue("safe", 1) - s.At("safe")
	f.Group("", 1-s.Move("call", -0.3, 0.1), func() {
		f.Cross(700, 480, 56, s.Move("safe", at, at+0.4))
		f.Group("", s.Move("safe", at, at+0.4), func() { f.Word(700, 390, 58, film.Middle, film.Ink, film.Paper, "江滩别下") })
	})
	f.Group("", s.From("call"), func() {
		home := s.Move("call", 1, 3.6)
		wx, wy := film.Mix(690, 470, home), 560.0
		if wx < 526 {
			wy = 560 - (526-wx)*2.4
		}
		f.Group(film.Facing(wx, wy, 0.92), 1, func() { f.Person(film.Walk(s.T/0.8), film.Look{Body: film.Brick}) })
		for i := range 3 {
			r := 40 + 34*math.Mod(float64(i)+s.T*1.4, 3)
			f.Line(film.Path("M", 400+r*0.8, 150-r*0.5, "A", r, r, "0 0 1 ", 400+r*0.8, 150+r*0.5), 6, film.Ink)
		}
		f.Slip(640, 90, "喊他上岸，打110", s.Move("call", 0.4, 0.9))
	})
}
