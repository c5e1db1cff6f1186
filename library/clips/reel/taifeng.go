package reel

import (
	"math"

	"kepu/library/clips/film"
)

// taifeng: how a typhoon turns, and what to do on each of its days.
func taifeng() *film.Clip {
	return &film.Clip{
		Slug:     "taifeng",
		Question: []string{"台风要来，", "倒数三天做什么？"},
		Pace:     film.Brisk,
		Ground:   film.Shoal,
		Poster:   film.Poster{At: "turn", In: 3.2, Left: 60},
		Sources:  []string{"热带气旋等级 GB/T 19201—2006", "中国气象局令第16号（2007）", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "台风要来，/倒数三天做什么？", Hold: 0.4, Chapter: "台风怎么转"},
			{Name: "turn", Say: "它逆时针旋转，|前进方向的右边，/风通常更大。", Hold: 0.5},
			{Name: "path", Say: "三天外的路径只是可能，/别只盯一条线。", Hold: 0.6},
			{Name: "pack", Say: "前两三天：/收花盆，固棚架，清水沟，|备好水、熟食、手电和药。|船回港，人上岸。", Hold: 0.4, Chapter: "前两三天"},
			{Name: "leave", Say: "前一天：/接到转移通知就走。|车停高处，/不停树下和地下。", Hold: 0.4, Chapter: "前一天"},
			{Name: "stay", Say: "来的时候：/待在结实的屋里，|离窗远些。", Hold: 0.4, Chapter: "来的时候"},
			{Name: "eye", Say: "风忽然停了，/可能是到了台风眼。|别出门，/反方向的风还会再来。", Hold: 0.6},
			{Name: "after", Say: "过后：先等解除信号。|断落的电线，/室外离开至少8米。", Hold: 0.4, Chapter: "过后"},
			{Name: "help", Say: "求助打110、119、120。", Hold: 0.3},
			{Name: "end", Say: "以当地通知为准。|每天做哪几件，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
			f.Group("", 1-s.Move("path", -0.3, 0.2), func() { turning(f, s) })
			f.Group("", s.On("path", "path"), func() { cone(f, s) })
			f.Group("", s.On("pack", "pack"), func() { packing(f, s) })
			f.Group("", s.On("leave", "leave"), func() { leaving(f, s) })
			f.Group("", s.On("stay", "eye"), func() { staying(f, s) })
			f.Group("", s.From("after"), func() { afterwards(f, s) })
			f.Group("", s.From("pack"), func() { days(f, s) })
		},
	}
}

// days is the line of four times, the dot on the present one.
func days(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, 122, 0, film.White)
	f.Line("M0 122H1280", 4, film.Ink)
	at := 0.0
	for _, beat := range []string{"leave", "stay", "after"} {
		at += s.Move(beat, -0.2, 0.6)
	}
	f.Line("M160 34H1120", 5, film.Ink)
	for i, word := range []string{"前两三天", "前一天", "来的时候", "过后"} {
		x := 160 + 320*float64(i)
		f.Disc(x, 34, 10, film.Ink)
		colour := film.Slate
		if math.Abs(at-float64(i)) < 0.5 {
			colour = film.Ink
		}
		f.Word(x, 100, 46, film.Middle, colour, "", word)
	}
	f.Dot(160+320*at, 34, 17)
}

// whirl is a typhoon from above. Screen angles grow clockwise, so its turn is
// towards smaller ones.
func whirl(f *film.Frame, x, y, size, t float64) {
	f.Group(film.Place(x, y, -math.Mod(t*70, 360), size), 1, func() {
		for _, tone := range []struct {
			grow   float64
			colour string
		}{{14, "#B4D3CA"}, {0, film.White}} {
			for k := range 4 {
				for j := range 26 {
					sin, cos := math.Sincos((90*float64(k) + 8*float64(j)) * math.Pi / 180)
					r := 46 + 8.2*float64(j)
					f.Disc(r*cos, r*sin, 50-1.75*float64(j)+tone.grow, tone.colour)
				}
			}
		}
		for k := range 4 {
			var arm []film.Point
			for j := range 9 {
				sin, cos := math.Sincos((90*float64(k) + 20 + 22*float64(j)) * math.Pi / 180)
				r := 62 + 19*float64(j)
				arm = append(arm, film.Point{X: r * cos, Y: r * sin})
			}
			f.Line(film.Smooth(arm), 5, film.Mist)
		}
		f.Disc(0, 0, 26, film.Water)
	})
}

func turning(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, film.Shoal)
	for i := range 24 {
		x, y := film.Width*film.Chance(i, 71), film.Height*film.Chance(i, 72)
		f.Line(film.Path("M", x-30, y, "q15 -12 30 0t30 0"), 4, "#7DB2A4")
	}
	x, y := 640.0, 490-14*math.Max(0, s.In("turn"))
	whirl(f, x, y, 1, s.T)
	p := s.Move("turn", 1.6, 2.6)
	f.Group("", p, func() {
		f.Arrow(x, y-70, x, y-70-130*p, 18, film.Ink)
		f.Arrow(x+300, y+130, x+300, y+130-290*p, 30, film.Brick)
		f.Arrow(x-300, y-80, x-300, y-80+150*p, 14, film.Ink)
		f.Word(x+340, y+10, 50, film.Start, film.Brick, film.Shoal, "右边风更大")
	})
	f.Group("", s.On("turn", "turn")*p, func() { f.Word(x+26, 150, 46, film.Start, film.Ink, film.Shoal, "前进方向") })
}

// cone is where the centre may go: the further ahead, the wider.
func cone(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, film.Shoal)
	f.Fill("M0 0H520C470 90 360 130 380 230C300 280 330 360 250 420C270 520 150 580 120 720H0Z", "#DDE6C6")
	f.Line("M520 0C470 90 360 130 380 230C300 280 330 360 250 420C270 520 150 580 120 720", 6, film.Ink)
	p := s.Move("path", 0.2, 2.4)
	f.Inside(film.Path("M", 1280-1200*p, " 0H1280V720H", 1280-1200*p, "Z"), func() {
		f.Fill("M1090 560C900 520 640 300 560 40L130 330C420 420 800 600 1090 560Z", "#CFE2DA")
		for i := range 5 {
			k := float64(i) / 4
			d := film.Path("M1090 560C", film.Mix(920, 860, k), film.Mix(500, 600, k), film.Mix(680, 480, k), film.Mix(300, 470, k), film.Mix(540, 180, k), film.Mix(80, 310, k))
			f.Dash(d, 5, film.Water, 14, 14, 0)
		}
	})
	whirl(f, 1090, 560, 0.55, s.T)
	f.Dot(film.Mix(1090, 640, p), film.Mix(560, 330, p), 0.1+13*film.Span(p, 0.02, 0.1))
	f.Group("", s.Move("path", 1.4, 2), func() { f.Word(760, 190, 52, film.Start, film.Ink, film.Shoal, "只是可能") })
}

func house(f *film.Frame, x, ground, size float64, wall string) {
	f.Group(film.Place(x, ground, 0, size), 1, func() {
		f.Shape("M-150 0V-170H150V0Z", wall, 6)
		f.Shape("M-186 -164L0 -286L186 -164Z", film.Tile, 6)
		f.Shape("M-34 0V-104H34V0Z", film.Deep, 5)
		f.Shape("M76 -134H126V-84H76Z", film.Lamp, 5)
	})
}

// packing: pots go in, the shed is tied, the ditch runs, the boat comes home.
func packing(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, "#C9D79C")
	house(f, 300, 560, 1, film.Glaze)
	goes := s.Move("pack", 0.3, 3.0)
	x := film.Mix(640, 330, goes)
	f.Group("", 1-film.Span(goes, 0.94, 1), func() {
		f.Group(film.Facing(x, 560, 0.76), 1, func() {
			pose := film.Walk(s.T / 0.8)
			pose.Arm, pose.Fore, pose.Arm2, pose.Fore2 = 50, 96, 44, 92
			hand := f.Person(pose, film.Look{Body: film.Plum})
			f.Shape(film.Path("M", hand.X-6, hand.Y-34, "h52l-8 44h-36Z"), film.Kiln, 5)
			f.Line(film.Path("M", hand.X+20, hand.Y-36, "q-14 -26 -4 -46m4 46q14 -20 12 -40"), 7, film.Leaf)
		})
	})
	home := s.Cue("pack", 2) - s.At("pack")
	f.Group("", 1-s.Move("pack", home-0.3, home+0.1), func() { yard(f, s) })
	at := s.Cue("pack", 1) - s.At("pack")
	f.Group("", s.Move("pack", at, at+0.4)*(1-s.Move("pack", home-0.3, home+0.1)), func() {
		kit(f, 660, 160)
	})
	f.Group("", s.Move("pack", home-0.2, home+0.2), func() {
		f.Fill(film.Surface(560, film.Width, 500, film.Height, 4, 240, 40*s.T), film.Water)
		f.Fill("M560 460H700V720H560Z", film.Slate)
		bx := film.Mix(1200, 850, s.Move("pack", home, home+2.2))
		boat(f, bx, 470+4*film.Wave(s.T, 1.6, 0), 2*film.Wave(s.T, 1.7, 0.3))
		f.Line(film.Path("M690 470Q", (690+bx-120)/2, 520, bx-120, 450), 5, film.Ink)
		f.Group(film.Facing(film.Mix(660, 610, s.Move("pack", home+0.6, home+2.2)), 458, 0.76), 1, func() { f.Person(film.Walk(s.T/0.8), film.Look{Body: film.Brick}) })
	})
}

// yard is the shed being tied down and the ditch beginning to run.
func yard(f *film.Frame, s film.Show) {
	f.Line("M700 560V420M900 560V420M690 420Q800 360 910 420", 9, film.Ink)
	tie := s.Move("pack", 1.6, 3)
	f.Part("M694 424L640 560M906 424L960 560", 6, film.Brick, tie, 300)
	f.Fill("M1000 560L1024 620H1256L1280 560Z", film.Clay)
	flow := s.Move("pack", 1.2, 2.4)
	f.Inside("M1006 570L1026 616H1254L1274 570Z", func() { f.Rect(1000, 570, 290*flow, 60, 0, film.Water) })
	f.Group("", flow, func() { f.Dash("M1030 592H1260", 6, film.Mist, 24, 22, 110*s.T) })
}

// kit is water, food, torch and medicine.
func kit(f *film.Frame, x, y float64) {
	f.Box(x, y, 560, 190, 8, film.White, film.Ink, 4)
	f.Shape(film.Path("M", x+40, y+150, "v-86l16 -18v-20h36v20l16 18v86Z"), film.Shoal, 5)
	f.Shape(film.Path("M", x+160, y+150, "v-70h110v70Z"), film.Loquat, 5)
	f.Line(film.Path("M", x+160, y+98, "h110"), 5, film.Ink)
	f.Shape(film.Path("M", x+310, y+126, "v-40h80l24 -18v76l-24 -18Z"), film.Tile, 5)
	f.Shape(film.Path("M", x+450, y+150, "v-96h80v96Z"), film.White, 5)
	f.Line(film.Path("M", x+490, y+76, "v52m-26 -26h52"), 11, film.Plum)
}

// leaving: people go up from the low house to a solid one; the car is high.
func leaving(f *film.Frame, s film.Show) {
	f.Fill("M0 600H420C600 600 640 420 820 400H1280V720H0Z", "#C9D79C")
	f.Line("M0 600H420C600 600 640 420 820 400H1280", 6, film.Ink)
	house(f, 190, 600, 0.72, film.Sand)
	f.Shape("M1000 400V190H1230V400Z", film.Mist, 6)
	for i := range 6 {
		x, y := 1026+70*float64(i%3), 216+86*float64(i/3)
		f.Shape(film.Path("M", x, y, "h40v46h-40Z"), film.Lamp, 4)
	}
	for i := range 3 {
		p := film.Span(s.In("leave"), 0.2+0.35*float64(i), 4+0.35*float64(i))
		at := film.Along([]film.Point{{X: 260, Y: 600}, {X: 430, Y: 600}, {X: 560, Y: 560}, {X: 660, Y: 470}, {X: 760, Y: 412}, {X: 1115, Y: 400}}, p)
		size := []float64{0.7, 0.62, 0.48}[i]
		f.Group(film.Standing(at.X, at.Y, size), 1-film.Span(p, 0.94, 1), func() {
			f.Person(film.Walk(s.T/0.8+float64(i)*0.3), film.Look{Body: []string{film.Brick, film.Plum, film.Brand}[i]})
		})
	}
	at := s.Cue("leave", 1) - s.At("leave")
	f.Group("", s.Move("leave", at-0.1, at+0.3), func() {
		drive := s.Move("leave", at, at+1.6)
		f.Group(film.Place(film.Mix(600, 890, drive), film.Mix(540, 400, drive), film.Mix(-28, 0, film.Span(drive, 0.6, 1)), 0.5), 1, func() { car(f, film.Kiln, s.T*4) })
		f.Tick(900, 270, 38, s.Move("leave", at+1.4, at+1.8))
	})
}

// car stands on y = 0, its nose to the right, 300 long.
func car(f *film.Frame, colour string, turn float64) {
	f.Shape("M-150 -36C-152 -78 -130 -86 -96 -90L-56 -136H40L92 -90C136 -86 152 -74 150 -36Z", colour, 6)
	f.Shape("M-70 -92L-44 -124H-8V-92Z", film.Mist, 5)
	f.Shape("M6 -92V-124H34L66 -92Z", film.Mist, 5)
	for _, x := range []float64{-86, 86} {
		f.Disc(x, -34, 34, film.Ink)
		f.Disc(x, -34, 15, film.Cloud)
		f.Group(film.Place(x, -34, math.Mod(turn*57, 360), 1), 1, func() { f.Line("M-10 0H10", 5, film.Slate) })
	}
}
