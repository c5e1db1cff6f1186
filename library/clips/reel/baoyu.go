package reel

import (
	"fmt"
	"math"

	"kepu/library/clips/film"
)

// baoyu: what water does to a car's door, and the ways out.
func baoyu() *film.Clip {
	return &film.Clip{
		Slug:     "baoyu-neilao",
		Question: []string{"水漫到哪里，", "车就该停？"},
		Pace:     film.Brisk,
		Ground:   film.Paper,
		Poster:   film.Poster{At: "tyre", In: 2.0, Left: 90},
		Sources:  []string{"静水压按公式自算，简化模型", "汽车安全玻璃常识，各车不同", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "水漫到哪里，/车就该停？", Hold: 0.4, Chapter: "该停的线"},
			{Name: "tyre", Say: "水到轮胎一半左右，/就别再进。|水流快，更早停。", Hold: 0.8},
			{Name: "trap", Say: "看不见的井盖和坑，/大车也过不去。", Hold: 0.5},
			{Name: "belt", Say: "困住了，/尽快解开安全带，|开窗或开门，/离车上高处。", Hold: 0.4, Chapter: "被困怎么出来"},
			{Name: "low", Say: "水高出门槛0.3米，/1米宽的车门，|要顶住约45千克的分量。", Hold: 0.4, Chapter: "门为什么推不开"},
			{Name: "high", Say: "到0.5米，/就是约125千克。", Hold: 1.2},
			{Name: "glass", Say: "门推不开，/敲侧窗的四角。|前挡风玻璃，/敲碎也难破开。", Hold: 0.4, Chapter: "敲哪里"},
			{Name: "even", Say: "都不行，等车里车外/水位接近，再推门。", Hold: 1.2},
			{Name: "call", Say: "上到高处，打119或110。", Hold: 0.5},
			{Name: "end", Say: "轮胎一半是退回的信号，/不是安全水深。|更多做法，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
			f.Group("", 1-s.Move("trap", -0.3, 0.2), func() { halfTyre(f, s) })
			f.Group("", s.On("trap", "trap"), func() { manhole(f, s) })
			f.Group("", s.On("belt", "belt"), func() { climbOut(f, s) })
			f.Group("", s.On("low", "high"), func() { door(f, s) })
			f.Group("", s.On("glass", "glass"), func() { windows(f, s) })
			f.Group("", s.From("even"), func() { evenOut(f, s) })
		},
	}
}

func rain(f *film.Frame, t float64) {
	for i := range 40 {
		p := film.Cycle(t, 0.8, film.Chance(i, 111))
		x, y := 1400*film.Chance(i, 112)-60*p, -40+560*p
		f.Line(film.Path("M", x, y, "l-6 26"), 4, film.Slate)
	}
}

// flood is water in front of what stands in it, so that both can be seen.
func flood(f *film.Frame, top, t float64) {
	f.Group("", 0.78, func() { f.Fill(film.Surface(0, film.Width, top, film.Height, 4, 260, 70*t), film.Glaze) })
	f.Line(film.Surface(-20, film.Width+20, top, 760, 4, 260, 70*t), 5, film.Ink)
}

// halfTyre: the car comes on, the water is at half its tyre, it goes back.
func halfTyre(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#CFDAD6")
	rain(f, s.T)
	back := s.Move("tyre", 2.2, 4.6)
	x := film.Mix(film.Mix(420, 600, film.Ease(film.Span(s.T, 0, s.At("tyre")+0.6))), 330, back)
	f.Fill("M0 574H300L1280 640V720H0Z", film.Slate)
	f.Line("M0 574H300L1280 640", 6, film.Ink)
	f.Group(film.Place(x, 596, 3, 1.75), 1, func() { car(f, film.Kiln, x/34) })
	top := film.Mix(600, 541, film.Ease(film.Span(s.T, 0.4, s.At("tyre")+0.8)))
	flood(f, film.Mix(top, 541, back), s.T)
	p := s.Move("tyre", 0.5, 1)
	f.Group("", p, func() {
		f.Line("M860 541H1230", 6, film.Brick)
		f.Dot(870, 541, 13)
		f.Word(1230, 516, 52, film.Tail, film.Brick, "#CFDAD6", "轮胎一半左右")
		f.Group("", back, func() { f.Arrow(560, 250, 560-240*back, 250, 18, film.Brick) })
	})
}

// manhole: muddy water hides what lies under it.
func manhole(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#CFDAD6")
	rain(f, s.T)
	f.Fill("M0 560H700V720H0ZM880 560H1280V720H880Z", film.Slate)
	f.Line("M0 560H700V720M880 720V560H1280", 6, film.Ink)
	f.Group(film.Place(700+20*film.Wave(s.T, 2, 0), 548+4*film.Wave(s.T, 1.4, 0), 12, 1), 1, func() { f.Box(-10, -8, 150, 16, 8, film.Tile, film.Ink, 4) })
	f.Group(film.Place(340, 560, 0, 1.5), 1, func() { car(f, film.Kiln, 0) })
	flood(f, 512, s.T)
	for i := range 3 {
		r := film.Cycle(s.T, 1.5, float64(i)/3)
		f.Group("", (1-r)*0.9, func() {
			f.Line(film.Path("M", 790-90*(1-r), 526+70*r, "q", 90*(1-r), 26, 180*(1-r), 0), 6, film.White)
		})
	}
	f.Arrow(790, 540, 790, 540+110*s.Move("trap", 0.4, 1.4), 14, film.Ink)
	f.Cross(790, 380, 46, s.Move("trap", 0.6, 1))
}

// climbOut: belt, window, high ground.
func climbOut(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#CFDAD6")
	rain(f, s.T)
	f.Fill("M0 620H760L960 330H1280V720H0Z", film.Slate)
	f.Line("M0 620H760L960 330H1280", 6, film.Ink)
	f.Group(film.Place(420, 620, 0, 1.7), 1, func() { car(f, film.Kiln, 0) })
	p := film.Span(s.In("belt"), 2.2, s.End("belt")-s.At("belt")-0.4)
	at := film.Along([]film.Point{{X: 440, Y: 470}, {X: 530, Y: 440}, {X: 640, Y: 610}, {X: 760, Y: 618}, {X: 960, Y: 330}, {X: 1110, Y: 330}}, p)
	f.Group(film.Standing(at.X, at.Y, 0.76), film.Span(p, 0, 0.06), func() { f.Person(film.Walk(s.T/0.7), film.Look{Body: film.Brand}) })
	flood(f, 520, s.T)
	f.Slip(60, 70, "解安全带，开窗或开门", s.Move("belt", 0.2, 0.7))
	f.Group("", s.Move("belt", 3, 3.6), func() { f.Word(1110, 140, 52, film.Middle, film.Ink, "#CFDAD6", "上高处") })
}

// Half a metre of water is 300 px here.
const metre = 600.0

// door is a section through the door: water outside presses with its depth, so
// the sum grows with the square of it. 0.3 m gives about 440 N, 0.5 m 1 226 N.
func door(f *film.Frame, s film.Show) {
	depth := film.Mix(0.02, 0.3, s.Move("low", 0.2, 2.6))
	if s.In("high") > 0 {
		depth = film.Mix(0.3, 0.5, s.Move("high", 0.1, 2.4))
	}
	const sill, x = 560.0, 520.0
	top := sill - metre*depth
	f.Rect(x, 0, film.Width, film.Height, 0, film.Sheet)
	f.Fill(film.Surface(0, x, top, film.Height, 3, 200, 30*s.T), film.Glaze)
	f.Line(film.Path("M0 ", top, "H", x), 5, film.Ink)
	f.Fill(film.Path("M0 620H", x+30, "V720H0Z"), film.Slate)
	f.Box(x-2, 130, 34, sill-130, 10, film.Kiln, film.Ink, 6)
	f.Box(x-14, sill, 600, 44, 10, film.Tile, film.Ink, 6)
	for i := range 7 {
		at := 0.04 + 0.07*float64(i)
		if d := depth - at; d > 0.02 {
			f.Arrow(x-14-d*620, sill-metre*at, x-12, sill-metre*at, 14, film.White)
		}
	}
	f.Group(film.Place(694, 560, 0, 1.2), 1, func() {
		f.Group(film.Mirror(0, -96, 1), 1, func() {
			push := 4 * film.Wave(s.T, 0.7, 0)
			f.Person(film.Pose{Lean: 24 + push/2, Arm: 84 + push, Fore: 88, Arm2: 78, Fore2: 84, Leg: 34, Shin: 4, Leg2: -34, Shin2: -40}, film.Look{Body: film.Brand})
		})
	})
	f.Line(film.Path("M60 ", top, "V", sill), 6, film.Ink)
	f.Line(film.Path("M44 ", top, "h32M44 ", sill, "h32"), 6, film.Ink)
	low, high := s.Move("low", 2.4, 2.9)*(1-s.Move("high", 0, 0.4)), s.Move("high", 2, 2.4)
	say := func(p, height float64) {
		f.Group("", p, func() {
			f.Word(90, top-24, 54, film.Start, film.Ink, film.Paper, fmt.Sprintf("%.1f米", height))
			f.Word(640, 140, 80, film.Start, film.Brick, film.Sheet, fmt.Sprintf("约%.0f千克", weight(height)))
		})
	}
	say(low, 0.3)
	say(high, 0.5)
}

// weight is what water of a height does to a door a metre wide, in kilogrammes:
// half of 1 000 kg/m³ times the height's square, rounded to five as the fact
// sheet does.
func weight(height float64) float64 { return 5 * math.Round(500*height*height/5) }

// windows: the corners of a side window, not the windscreen.
func windows(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#CFDAD6")
	f.Shape("M40 640V430C60 360 120 350 220 336L400 130H800L1010 340C1150 350 1240 380 1250 470V640Z", film.Kiln, 8)
	f.Shape("M300 336L430 170H590V336Z", film.Mist, 7)
	f.Shape("M630 336V170H770L930 336Z", film.Mist, 7)
	f.Line("M610 170V600", 7, film.Ink)
	in := s.In("glass")
	hits := []film.Point{{X: 562, Y: 310}, {X: 562, Y: 196}, {X: 350, Y: 312}, {X: 442, Y: 198}}
	for i, h := range hits {
		p := film.Ease(film.Span(in, 0.6+0.5*float64(i), 0.9+0.5*float64(i)))
		f.Dot(h.X, h.Y, 15*p+0.1)
		if i == 0 && p > 0 {
			k := film.Span(in, 0.9, 2.4)
			for j := range 9 {
				sin, cos := math.Sincos(3.3 + 0.19*float64(j))
				reach := (60 + 150*film.Chance(j, 121)) * k
				f.Line(film.Path("M", h.X, h.Y, "L", h.X+cos*reach, h.Y+sin*reach*0.7), 4, film.White)
			}
		}
	}
	swing := 26 * film.Wave(in, 0.5, 0) * film.Span(in, 0.2, 0.6) * (1 - film.Span(in, 2.8, 3))
	f.Group(film.Place(540, 440, swing-20, 1), 1-film.Span(in, 3, 3.3), func() {
		f.Line("M0 0V-96", 20, film.Ink)
		f.Box(-44, -128, 88, 40, 6, film.Slate, film.Ink, 5)
	})
	f.Tick(360, 64, 38, s.Move("glass", 0.8, 1.2))
	f.Group("", s.Move("glass", 0.8, 1.2), func() { f.Word(424, 82, 52, film.Start, film.Ink, "#CFDAD6", "侧窗四角") })
	at := s.Cue("glass", 1) - s.At("glass")
	f.Line("M800 134L1006 336", 20, film.Mist)
	f.Line("M812 130L1016 332", 6, film.Ink)
	f.Cross(960, 240, 42, s.Move("glass", at, at+0.4))
	f.Group("", s.Move("glass", at, at+0.4), func() { f.Word(1240, 190, 52, film.Tail, film.Ink, "#CFDAD6", "前挡风") })
}

// evenOut: inside and outside come level, the arrows cancel, the door gives.
func evenOut(f *film.Frame, s film.Show) {
	const x = 520.0
	in := film.Mix(0.04, 0.48, s.Move("even", 0.1, 3.2))
	out := 0.5
	high := s.From("call")
	f.Rect(x, 0, film.Width, film.Height, 0, film.Sheet)
	f.Fill(film.Surface(0, x+10, 560-metre*out, film.Height, 3, 200, 30*s.T), film.Glaze)
	f.Fill(film.Surface(x, film.Width, 560-metre*in, film.Height, 3, 200, -30*s.T), film.Shoal)
	f.Rect(0, 620, film.Width, 100, 0, film.Slate)
	open := s.Move("even", 3.3, 4.4)
	f.Group(film.Place(x+15-170*open, 560, 0, 1), 1, func() { f.Box(-17, -430, 34, 430, 10, film.Kiln, film.Ink, 6) })
	f.Box(x-14, 560, 774, 44, 10, film.Tile, film.Ink, 6)
	for i := range 4 {
		at := 0.06 + 0.11*float64(i)
		f.Group("", 1-open, func() {
			f.Arrow(x-20-(out-at)*420, 560-metre*at, x-18, 560-metre*at, 13, film.White)
			if in-at > 0.03 {
				f.Arrow(x+50+(in-at)*420, 560-metre*at, x+48, 560-metre*at, 13, film.White)
			}
		})
	}
	f.Group(film.Place(694-170*open, 560, 0, 1.2), 1-high, func() {
		f.Group(film.Mirror(0, -96, 1), 1, func() {
			f.Person(film.Pose{Lean: 20, Arm: 84, Fore: 88, Arm2: 78, Fore2: 84, Leg: 30, Shin: 4, Leg2: -30, Shin2: -36}, film.Look{Body: film.Brand})
		})
	})
	f.Slip(620, 90, "水位接近，再推门", s.Move("even", 2, 2.5)*(1-high))
	f.Group("", high, func() {
		f.Rect(0, 0, film.Width, film.Height, 0, "#CFDAD6")
		f.Fill("M480 360H1280V720H380Z", film.Slate)
		f.Line("M380 720L480 360H1280", 6, film.Ink)
		f.Group(film.Standing(760, 356, 1.1), 1, func() {
			f.Person(film.Pose{Arm: 30, Fore: 160, Arm2: -8, Fore2: 4, Leg: 3, Leg2: -5, Shin2: -7}, film.Look{Body: film.Brand})
		})
		flood(f, 520, s.T)
		f.Word(860, 220, 76, film.Start, film.Brick, "", "119　110")
	})
}
