package reel

import (
	"math"

	"kepu/library/clips/film"
)

// youxian: gas in a shaft, how it is cleared, and why nobody follows.
func youxian() *film.Clip {
	return &film.Clip{
		Slug:     "youxian-kongjian",
		Question: []string{"井盖打开，", "为什么先别下去？"},
		Pace:     film.Brisk,
		Ground:   film.Paper,
		Poster:   film.Poster{At: "vent", In: 2.4, Left: 60},
		Sources:  []string{"应急管理部令第13号（2024年施行）", "有限空间作业安全指导手册（2020）", "GB 8958—2006"},
		Script: []film.Beat{
			{Name: "ask", Say: "井盖打开，/为什么先别下去？", Hold: 0.4, Chapter: "井里有什么"},
			{Name: "gas", Say: "甲烷轻，浮在上面。|硫化氢重，沉在下面。", Hold: 0.4},
			{Name: "nose", Say: "硫化氢浓了，鼻子会麻痹，|闻不到，不等于没有。", Hold: 0.2},
			{Name: "stir", Say: "搅动淤泥，/还会突然放气。", Hold: 0.8},
			{Name: "vent", Say: "所以先通风，", Hold: 1.6, Chapter: "先通风，再检测"},
			{Name: "test", Say: "再检测，上中下都测，|氧要在19.5%到23.5%之间。", Hold: 0.5},
			{Name: "work", Say: "后作业：系好安全带，|风不停，测不停，/外面一直有人守着。", Hold: 0.5},
			{Name: "down", Say: "有人倒下，/别跟着下去！", Hold: 0.6, Chapter: "有人倒下"},
			{Name: "call", Say: "在外面喊，打119和120，|向里送风，/用早系好的绳子拉。", Hold: 0.8},
			{Name: "mask", Say: "没有自带空气的面罩，/绝不下去。", Hold: 0.5},
			{Name: "end", Say: "地窖、化粪池也一样。|每一步怎么做，/看配套的文章。"},
		},
		Draw: drawShaft,
	}
}

// The shaft.
const (
	brim   = 250.0
	sludge = 600.0
	shaftL = 440.0
	shaftR = 800.0
)

func drawShaft(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
	f.Rect(0, brim, film.Width, film.Height, 0, film.Earth)
	f.Rect(shaftL, brim, shaftR-shaftL, film.Height, 0, "#F6F3E6")
	f.Rect(shaftL, sludge, shaftR-shaftL, 120, 0, film.Clay)
	clean := max(s.Move("vent", 0.5, 3.6)-s.Move("work", 7, 7.1), 0)
	if s.In("down") > -0.1 {
		clean = 1 - s.Move("down", -0.1, 0.3)
		clean = max(clean, 0.65*s.Move("call", 2.8, 6))
	}
	gases(f, s, clean)
	f.Line(film.Path("M0 ", brim, "H", shaftL, "V720M1280 ", brim, "H", shaftR, "V720"), 8, film.Ink)
	f.Line(film.Path("M", shaftL, sludge, "H", shaftR), 5, film.Ink)
	f.Group("", s.On("gas", "nose"), func() {
		f.Word(840, 330, 48, film.Start, film.Ink, "", "甲烷轻，在上")
		at := s.Cue("gas", 1) - s.At("gas")
		f.Group("", s.Move("gas", at, at+0.5), func() { f.Word(840, 556, 48, film.Start, film.Ink, "", "硫化氢重，沉底") })
	})
	f.Group("", s.On("nose", "nose"), func() {
		f.Word(60, 330, 48, film.Start, film.Ink, "", "闻不到，")
		f.Word(60, 396, 48, film.Start, film.Ink, "", "不等于没有")
	})
	f.Group("", s.From("vent"), func() { fan(f, s) })
	f.Group("", s.On("test", "test"), func() { meter(f, s) })
	tripod(f, s.From("work"))
	f.Group("", s.On("work", "work"), func() { descent(f, s) })
	f.Group("", s.From("down"), func() { rescue(f, s) })
	f.Group("", 1-s.From("down"), func() {
		x := film.Mix(1010, 905, s.Move("gas", 0, 1))
		f.Group(film.Facing(x, brim-4, 0.9), 1, func() { f.Person(film.Stand(), film.Look{Body: film.Brand, Helmet: film.Loquat}) })
	})
	f.Slip(60, 60, "先通风", s.Move("vent", 0.1, 0.5)*s.On("vent", "vent"))
	f.Slip(60, 60, "再检测", s.Move("test", 0, 0.4)*s.On("test", "test"))
	f.Slip(60, 60, "后作业", s.Move("work", 0, 0.4)*s.On("work", "work"))
}

// gases are light specks above and heavy ones below; clean air washes them up
// and out.
func gases(f *film.Frame, s film.Show, clean float64) {
	settle := s.Move("gas", -2.4, 2.2)
	burst := s.Move("stir", 0.5, 1.7)
	for i := range 64 {
		heavy := i%2 == 0
		x := shaftL + 26 + (shaftR-shaftL-52)*film.Chance(i, 91) + 9*film.Wave(s.T, 3.4, film.Chance(i, 92))
		y := brim + 40 + (sludge-brim-70)*film.Chance(i, 93)
		to := brim + 26 + 110*film.Chance(i, 94)
		colour, r := film.Loquat, 8.0
		if heavy {
			to = sludge - 20 - 120*film.Chance(i, 94)
			if i%4 == 0 { // what the sludge lets go when it is stirred
				to = film.Mix(sludge+30, sludge-30-230*film.Chance(i, 95), burst)
			}
			colour, r = film.Moss, 10
		}
		y = film.Mix(y, to, settle) + 6*film.Wave(s.T, 2.7, film.Chance(i, 96))
		if i%4 == 0 && burst == 0 {
			continue
		}
		gone := film.Ease(film.Span(clean, 0.75*film.Chance(i, 97), 0.75*film.Chance(i, 97)+0.25))
		if gone >= 1 {
			continue
		}
		f.Group("", 1-film.Span(gone, 0.7, 1), func() {
			f.Disc(film.Mix(x, shaftR-60, gone), film.Mix(y, brim-90, gone), r, colour)
		})
	}
	f.Group("", s.On("stir", "stir"), func() {
		a := 14 * film.Wave(s.T, 0.9, 0)
		f.Line(film.Path("M", 620+a, 200, "L", 620-a*2, 640), 12, film.Ink)
		f.Dash(film.Path("M", 560-a, 640, "q30 -26 60 0t60 0"), 7, film.Ink, 1, 0, 0)
	})
}

func fan(f *film.Frame, s film.Show) {
	f.Line("M300 196H420C470 196 480 214 480 260V540", 34, film.Ink)
	f.Line("M300 196H420C470 196 480 214 480 260V540", 24, film.Brand)
	f.Dash("M300 196H420C470 196 480 214 480 260V540", 6, film.Mist, 20, 26, 150*s.T)
	f.Box(176, 152, 130, 94, 10, film.Brand, film.Ink, 6)
	f.Disc(240, 199, 36, film.Mist)
	f.Ring(240, 199, 36, 5, film.Ink)
	f.Group(film.Place(240, 199, math.Mod(s.T*300, 360), 1), 1, func() {
		f.Line("M-26 0H26M0 -26V26", 9, film.Ink)
	})
	p := film.Cycle(s.T, 1.2, 0)
	f.Group("", 1-p, func() {
		f.Arrow(500, 520, 520+70*p, 540+30*p, 9, film.Brand)
		f.Arrow(760, 300-40*p, 760, 250-60*p, 9, film.Brand)
	})
}

// meter goes down on its line and stops three times.
func meter(f *film.Frame, s film.Show) {
	in := s.In("test")
	y := 280 + 95*film.Ease(film.Span(in, 1.2, 1.9)) + 95*film.Ease(film.Span(in, 2.6, 3.3))
	f.Line(film.Path("M", 880, 170, "L", 640, 236, "V", y), 5, film.Ink)
	f.Box(600, y, 80, 100, 10, film.Loquat, film.Ink, 6)
	f.Box(612, y+14, 56, 34, 4, film.Sheet, film.Ink, 4)
	for i, word := range []string{"上", "中", "下"} {
		at := 0.5 + 1.4*float64(i)
		f.Group("", film.Ease(film.Span(in, at, at+0.4)), func() {
			f.Word(852, 350+112*float64(i), 50, film.Start, film.Ink, "", word)
			f.Tick(944, 332+112*float64(i), 30, film.Span(in, at, at+0.4))
		})
	}
	p := s.Move("test", s.Cue("test", 1)-s.At("test"), s.Cue("test", 1)-s.At("test")+0.4)
	f.Group("", p, func() {
		f.Word(60, 360, 48, film.Start, film.Ink, "", "氧")
		f.Word(60, 428, 48, film.Start, film.Ink, "", "19.5%到23.5%")
	})
}

func tripod(f *film.Frame, p float64) {
	f.Group("", p, func() {
		f.Line("M640 96L452 244M640 96L788 244M640 96V120", 11, film.Ink)
		f.Dot(640, 96, 13)
	})
}

// descent is one worker on a rope, and one who stays.
func descent(f *film.Frame, s film.Show) {
	y := 300 + 240*s.Move("work", 0.4, 4.4)
	f.Line(film.Path("M640 110V", y-110), 6, film.Brick)
	f.Group(film.Standing(640, y+50, 0.76), 1, func() {
		f.Person(film.Pose{Arm: 150, Fore: 172, Arm2: -10, Fore2: 10, Leg: 12, Shin: -8, Leg2: -4, Shin2: -22}, film.Look{Body: film.Kiln, Helmet: film.Loquat})
	})
	at := s.Cue("work", 1) - s.At("work")
	f.Group("", s.Move("work", at, at+0.4), func() { f.Word(960, 190, 50, film.Start, film.Ink, "", "一直有人守着") })
}

// rescue is done from above: nobody follows, air goes in, the rope pulls.
func rescue(f *film.Frame, s film.Show) {
	pull := s.Move("call", 3.4, 6.6)
	turn := film.Mix(-84, -8, film.Span(pull, 0, 0.4))
	hip := film.Point{X: film.Mix(620, 644, film.Span(pull, 0, 0.4)), Y: film.Mix(578, 250, pull)}
	sin, cos := math.Sincos((turn + 8) * math.Pi / 180)
	f.Line(film.Path("M880 160L640 104L", hip.X+62*0.76*sin, hip.Y-62*0.76*cos), 6, film.Brick)
	f.Group(film.Place(hip.X, hip.Y, turn, 0.76), 1, func() {
		f.Person(film.Pose{Lean: 8, Arm: 14, Fore: 26, Arm2: -14, Fore2: 10, Leg: 14, Shin: -10, Leg2: -6, Shin2: -26}, film.Look{Body: film.Kiln, Helmet: film.Loquat})
	})
	stop := s.On("down", "down") + s.On("mask", "mask")
	x := film.Mix(1010, 905, s.Move("down", 0, 0.8))
	pose := film.Stand()
	if w := s.Move("down", 0, 0.8); w > 0.02 && w < 0.98 {
		pose = film.Walk(s.T / 0.7)
	}
	pose = film.Between(pose, film.Pose{Lean: -10 - 5*film.Wave(s.T, 1, 0), Arm: 72, Fore: 84, Arm2: 60, Fore2: 78, Leg: 20, Shin: 10, Leg2: -16, Shin2: -12}, s.Move("call", 3, 3.6))
	f.Group(film.Facing(x, brim-4, 0.9), 1, func() { f.Person(pose, film.Look{Body: film.Brand, Helmet: film.Loquat}) })
	f.Group("", stop, func() {
		f.Dash("M880 200C800 160 740 190 700 300", 9, film.Plum, 18, 18, 0)
		f.Cross(700, 330, 48, min(1, stop))
	})
	f.Group("", s.On("call", "call"), func() {
		for i := range 3 {
			r := 30 + 26*math.Mod(float64(i)+s.T*1.4, 3)
			f.Line(film.Path("M", 960+r*0.8, 90-r*0.5, "A", r, r, "0 0 1 ", 960+r*0.8, 90+r*0.5), 6, film.Ink)
		}
		f.Word(1060, 110, 56, film.Start, film.Brick, "", "119")
		f.Word(1060, 184, 56, film.Start, film.Brick, "", "120")
	})
	f.Slip(60, 60, "别跟着下去", s.Move("down", 1, 1.4)*s.On("down", "down"))
	f.Slip(60, 60, "绝不下去", s.Move("mask", 0.4, 0.8)*s.On("mask", "mask"))
}
