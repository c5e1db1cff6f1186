package reel

import (
	"math"

	"kepu/library/clips/film"
)

// yutang: a pond's oxygen over a day and a night.
func yutang() *film.Clip {
	return &film.Clip{
		Slug:     "yutang",
		Question: []string{"闷热的后半夜，", "鱼为什么浮头？"},
		Pace:     film.Brisk,
		Specks:   true,
		Ground:   film.Deep,
		Poster:   film.Poster{At: "low", In: 2.8, Left: 128},
		Sources:  []string{"渔业水质标准 GB 11607—1989", "渔业技术推广资料、水产养殖学教材", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "闷热的后半夜，/鱼为什么浮头？", Hold: 0.4, Chapter: "氧从哪儿来"},
			{Name: "day", Say: "塘里的氧，/主要靠藻类白天造。", Hold: 1.0},
			{Name: "night", Say: "太阳一落，造氧停了，|藻、鱼、塘泥还在用。", Hold: 0.6},
			{Name: "low", Say: "越用越少，/天亮前最低，|鱼就把嘴伸出水面。", Hold: 0.8},
			{Name: "storm", Say: "闷热、阴雨、无风，/后半夜都容易缺氧。|雷雨的冷水一沉，/会把缺氧的底水翻上来。", Hold: 0.5, Chapter: "哪些天要当心"},
			{Name: "noon", Say: "晴天中午开增氧机，/把上层的氧送下去。", Hold: 0.6, Chapter: "什么时候开机"},
			{Name: "dusk", Say: "傍晚不开，/上层的氧会被搅下去耗掉。", Hold: 0.4},
			{Name: "rescue", Say: "已经严重浮头，马上开机，|开到日出后鱼下沉，/中途不停。", Hold: 0.8},
			{Name: "stop", Say: "停喂、停药、停肥。|夜里雨天，/别一个人下塘。", Hold: 0.4, Chapter: "别做的事"},
			{Name: "end", Say: "有溶氧仪的，以读数为准。|更多做法，/看配套的文章。"},
		},
		Draw: drawPond,
	}
}

// hourOf is the time of day a moment of the clip shows, in hours that go on
// past midnight.
func hourOf(s film.Show) float64 {
	for _, part := range []struct {
		beat        string
		from, until float64 // hours
		seconds     float64
	}{
		{"stop", 30.6, 31, 3}, {"rescue", 27.8, 30.6, 5.2}, {"dusk", 18, 18.5, 3}, {"noon", 12, 12.8, 3},
		{"storm", 25.5, 26, 5}, {"low", 25, 29.4, 4.4}, {"night", 17.4, 25, 5}, {"day", 9, 17.2, 4.2},
	} {
		if s.In(part.beat) >= 0 {
			return film.Mix(part.from, part.until, film.Span(s.In(part.beat), 0, part.seconds))
		}
	}
	return 28
}

// oxygen is the drawn course of dissolved oxygen in mg/L: a shape, not data.
func oxygen(hour float64) float64 {
	marks := []film.Point{{X: 6, Y: 2.9}, {X: 9, Y: 5}, {X: 12, Y: 7.4}, {X: 15, Y: 8.4}, {X: 18, Y: 7.6}, {X: 21, Y: 6}, {X: 24, Y: 4.5}, {X: 27, Y: 3.3}, {X: 29, Y: 2.6}, {X: 30, Y: 2.9}, {X: 33, Y: 5}, {X: 36, Y: 7.4}}
	for i := 1; i < len(marks); i++ {
		if hour <= marks[i].X {
			p := film.Span(hour, marks[i-1].X, marks[i].X)
			return film.Mix(marks[i-1].Y, marks[i].Y, p)
		}
	}
	return 5
}

// light is how much day there is, from 0 to 1.
func light(hour float64) float64 {
	h := math.Mod(hour, 24)
	return film.Ease(film.Span(h, 4.6, 6.6)) * (1 - film.Ease(film.Span(h, 17.2, 19.4)))
}

const pondTop = 330.0

func drawPond(f *film.Frame, s film.Show) {
	hour := hourOf(s)
	day := light(hour)
	f.Rect(0, 0, film.Width, film.Height, 0, film.Blend(film.Deep, film.Paper, day))
	sky(f, hour, 1-s.On("storm", "storm"))
	water := film.Blend("#1D4A42", film.Glaze, day)
	f.Fill(film.Surface(0, film.Width, pondTop, film.Height, 3, 240, 30*s.T), water)
	f.Fill("M0 636C300 616 900 650 1280 628V720H0Z", film.Clay)
	f.Line("M0 636C300 616 900 650 1280 628", 5, film.Ink)
	o := oxygen(hour)
	if s.In("rescue") > 0 {
		o = max(o, film.Mix(2.8, 5, s.Move("rescue", 1.5, 5)))
	}
	algae(f, s, day)
	bubbles(f, s, o)
	fishes(f, s, o)
	f.Line(film.Path("M0 ", pondTop, "H1280"), 4, film.Blend(film.Slate, film.Ink, day))
	f.Group("", s.On("storm", "storm"), func() { storm(f, s) })
	run := max(s.On("noon", "noon"), s.On("dusk", "dusk"), s.On("rescue", "stop"))
	f.Group("", run, func() { aerator(f, s) })
	f.Group("", s.On("day", "low"), func() { oxygenChart(f, hour) })
	f.Cross(330, 262, 44, s.Move("dusk", 0.5, 0.9)*s.On("dusk", "dusk"))
	f.Slip(700, 80, "晴天中午：开", s.Move("noon", 0.1, 0.6)*s.On("noon", "noon"))
	f.Slip(700, 80, "傍晚：不开", s.Move("dusk", 0.1, 0.6)*s.On("dusk", "dusk"))
	f.Slip(700, 80, "浮头：马上开，不停", s.Move("rescue", 0.1, 0.6)*s.On("rescue", "rescue"))
	f.Group("", s.From("stop"), func() { stops(f, s) })
}

// sky has the sun go over by day and the moon by night.
func sky(f *film.Frame, hour, show float64) {
	h := math.Mod(hour+24, 24)
	f.Group("", show, func() {
		a := film.Span(h, 5, 19)
		if h >= 5 && h <= 19 {
			f.Disc(80+640*a, pondTop+10-260*math.Sin(math.Pi*a), 44, film.Loquat)
			return
		}
		b := film.Span(math.Mod(h+5, 24), 0, 10)
		x, y := 60+640*b, pondTop-20-200*math.Sin(math.Pi*b)
		f.Fill(film.Path("M", x+10, y-36, "A36 36 0 1 0 ", x+36, y+14, "A28 28 0 0 1 ", x+10, y-36, "Z"), film.Lamp)
	})
}

// algae drift near the top; by day each lets oxygen go.
func algae(f *film.Frame, s film.Show, day float64) {
	for i := range 26 {
		x := film.Width*film.Chance(i, 21) + 10*film.Wave(s.T, 4, film.Chance(i, 22))
		y := pondTop + 30 + 130*film.Chance(i, 23)
		f.Oval(x, y, 9, 6, film.Leaf)
		if day > 0.3 {
			p := film.Cycle(s.T, 2.4, film.Chance(i, 24))
			f.Disc(x+6, y+26*p, 6*math.Sin(math.Pi*p)*day, film.White)
		}
	}
}

// bubbles are the oxygen in the water: as many as there is of it.
func bubbles(f *film.Frame, s film.Show, o float64) {
	const most = 90
	mix := max(s.On("noon", "noon")*s.Move("noon", 0.6, 3.4), s.Move("rescue", 1, 5))
	for i := range most {
		size := film.Span(o/8.6*most, float64(i)-2, float64(i)+2)
		depth := math.Pow(film.Chance(i, 31), film.Mix(1.7, 0.9, mix))
		x := film.Width*film.Chance(i, 32) + 14*film.Wave(s.T, 3+2*film.Chance(i, 33), film.Chance(i, 34))
		y := pondTop + 22 + 270*depth + 6*film.Wave(s.T, 2.6, film.Chance(i, 35))
		if in := s.In("dusk"); in > 0 && s.In("rescue") < 0 { // stirred down, and gone
			down := film.Ease(film.Span(in, 0.8+film.Chance(i, 36), 3.2+film.Chance(i, 36)))
			y = film.Mix(y, 634, down)
			size *= 1 - 0.75*film.Span(down, 0.6, 1)
		}
		f.Disc(x, y, 6.5*size, film.White)
	}
}

func fishes(f *film.Frame, s film.Show, o float64) {
	up := film.Ease(film.Span(o, 3.9, 2.9))
	for i := range 7 {
		home := film.Point{X: 120 + 160*float64(i) + 50*film.Wave(s.T, 7, film.Chance(i, 41)), Y: 440 + 150*film.Chance(i, 42)}
		gasp := pondTop + 20 + 5*film.Wave(s.T, 0.9, film.Chance(i, 43))
		y := film.Mix(home.Y, gasp, up)
		side := 1.0
		if i%2 == 1 {
			side = -1
		}
		fish(f, home.X, y, side, -58*up, s.T+film.Chance(i, 44), up)
	}
}

// fish has its nose to the right; tilt lifts the nose.
func fish(f *film.Frame, x, y, side, tilt, t, gasp float64) {
	place := film.Place(x, y, tilt, 0.9)
	if side < 0 {
		place = film.Mirror(x, y, 0.9)
		if tilt != 0 {
			place += " rotate(" + film.Path(tilt) + ")"
		}
	}
	f.Group(place, 1, func() {
		wag := 12 * film.Wave(t, 0.9, 0)
		f.Shape(film.Path("M-40 0L-84 ", -24+wag, "L-76 ", wag, "L-84 ", 24+wag, "Z"), film.Slate, 5)
		f.Shape("M54 0C36 -30 -20 -32 -46 0C-20 30 36 28 54 0Z", film.Mist, 5)
		f.Disc(30, -7, 5, film.Ink)
		if gasp > 0.4 {
			f.Ring(56, 0, 5+2*film.Wave(t, 0.9, 0), 4, film.Ink)
		}
	})
}

// oxygenChart draws the curve up to now.
func oxygenChart(f *film.Frame, hour float64) {
	const left, top, w, h = 820.0, 74.0, 400.0, 170.0
	at := func(hr, o float64) film.Point {
		return film.Point{X: left + w*(hr-9)/24, Y: top + h - h*o/9}
	}
	f.Box(780, 14, 480, 296, 8, film.White, film.Ink, 4)
	f.Rect(at(18.4, 0).X, top-6, at(29.6, 0).X-at(18.4, 0).X, h+6, 0, film.Cloud)
	f.Dash(film.Path("M", left, at(9, 3).Y, "H", left+w), 4, film.Kiln, 4, 12, 0)
	f.Line(film.Path("M", left, top-10, "V", top+h, "H", left+w+16), 5, film.Ink)
	var points []film.Point
	for hr := 9.0; hr <= hour; hr += 0.5 {
		points = append(points, at(hr, oxygen(hr)))
	}
	points = append(points, at(hour, oxygen(hour)))
	f.Line(film.Smooth(points), 8, film.Brand)
	last := points[len(points)-1]
	f.Dot(last.X, last.Y, 13)
	f.Word(left+10, 62, 40, film.Start, film.Ink, "", "水里的氧")
	f.Word(at(12, 0).X, 292, 40, film.Middle, film.Ink, "", "中午")
	f.Word(at(18, 0).X, 292, 40, film.Middle, film.Ink, "", "傍晚")
	f.Word(at(28.6, 0).X, 292, 40, film.Middle, film.Ink, "", "天亮前")
}

// storm: cold rain sinks, and what lay on the bottom comes up.
func storm(f *film.Frame, s film.Show) {
	at := s.Cue("storm", 1) - s.At("storm")
	rain := s.Move("storm", at-0.6, at)
	for i := range 3 {
		x := 240 + 330*float64(i)
		f.Fill(film.Path("M", x-120, 170, "C", x-130, 110, x-60, 84, x-30, 112, "C", x-6, 60, x+90, 70, x+92, 124, "C", x+150, 124, x+150, 180, x+100, 180, "H", x-90, "Z"), film.Slate)
	}
	f.Group("", rain, func() {
		for i := range 46 {
			p := film.Cycle(s.T, 0.7, film.Chance(i, 51))
			x, y := 130+900*film.Chance(i, 52), 190+130*p
			f.Line(film.Path("M", x, y, "l-5 22"), 4, film.Mist)
		}
		p := s.Move("storm", at, at+1.6)
		for _, x := range []float64{260, 560} {
			f.Arrow(x, 380, x, 380+200*p, 16, film.White)
		}
		f.Word(410, 520, 48, film.Middle, film.White, "#1D4A42", "冷水沉")
		q := s.Move("storm", at+1, at+3.2)
		f.Group("", 0.8, func() {
			f.Fill(film.Path("M720 660C760 ", 660-280*q, 860, 640-330*q, 920, 650-250*q, "C980 ", 660-330*q, 1080, 660-260*q, 1120, 660, "Z"), film.Clay)
		})
		f.Arrow(920, 630, 920, 630-220*q, 16, film.Ink)
		f.Group("", q, func() { f.Word(980, 520, 48, film.Start, film.Ink, film.Clay, "底水翻上来") })
	})
}

// aerator turns at the surface and sends water down and out.
func aerator(f *film.Frame, s film.Show) {
	const x, y = 330.0, pondTop
	for i := range 18 {
		p := film.Cycle(s.T, 0.9, film.Chance(i, 61))
		side := float64(i%2)*2 - 1
		f.Disc(x+side*(60+90*p), y-10-170*p*(1-p)*(0.7+0.5*film.Chance(i, 62)), 9*(1-0.5*p), film.White)
	}
	for i := range 5 {
		a := math.Cos(2 * math.Pi * (s.T*0.9 + float64(i)/5))
		f.Line(film.Path("M", x, y-16, "L", x+64*a, y+8), 9, film.Ink)
	}
	f.Box(x-120, y-4, 70, 26, 13, film.Kiln, film.Ink, 5)
	f.Box(x+50, y-4, 70, 26, 13, film.Kiln, film.Ink, 5)
	f.Box(x-36, y-84, 72, 62, 10, film.Brand, film.Ink, 5)
	f.Line(film.Path("M", x-86, y-4, "L", x-30, y-40, "M", x+86, y-4, "L", x+30, y-40), 6, film.Ink)
	for _, side := range []float64{-1, 1} {
		d := film.Path("M", x+side*50, y+50, "C", x+side*60, y+200, x+side*160, y+250, x+side*280, y+240)
		f.Dash(d, 9, film.Pale, 26, 26, 90*s.T)
	}
}

// stops are four things not to do while fish gasp.
func stops(f *film.Frame, s film.Show) {
	at := s.Cue("stop", 1) - s.At("stop")
	for i, word := range []string{"停喂", "停药", "停肥"} {
		p := s.Move("stop", 0.1+0.4*float64(i), 0.6+0.4*float64(i))
		x := 620 + 210*float64(i)
		f.Group("", p, func() {
			f.Box(x, 80, 180, 200, 8, film.White, film.Ink, 4)
			f.Cross(x+90, 150, 40, p)
			f.Word(x+90, 254, 50, film.Middle, film.Ink, "", word)
		})
	}
	f.Slip(620, 440, "别一个人下塘", s.Move("stop", at, at+0.5))
}
