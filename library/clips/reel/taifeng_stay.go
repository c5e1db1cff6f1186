package reel

import "kepu/library/clips/film"

// staying is a room from the side: first the wind from one side, then the eye,
// then the wind from the other.
func staying(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, "#C9D79C")
	calm := s.Move("eye", 0, 0.5) * (1 - s.Move("eye", s.Cue("eye", 1)-s.At("eye"), s.Cue("eye", 1)-s.At("eye")+0.5))
	back := s.In("eye") > s.Cue("eye", 1)-s.At("eye")-0.1
	sky := film.Blend("#AFC4BF", film.Paper, calm)
	f.Rect(0, 122, film.Width, 440, 0, sky)
	f.Disc(1010, 210, 44*calm, film.Loquat)
	f.Group("", 1-calm, func() { wind(f, s.T, back) })
	bend := (1 - calm) * (16 + 4*film.Wave(s.T, 0.8, 0))
	if back {
		bend = -bend
	}
	f.Group(film.Place(1130, 562, bend, 1), 1, func() {
		f.Line("M0 0V-190", 16, film.Clay)
		f.Oval(0, -220, 78, 86, film.Leaf)
	})
	f.Shape("M250 562V290H890V562Z", film.White, 10)
	f.Shape("M206 296L570 160L934 296Z", film.Tile, 8)
	f.Shape("M800 340H884V450H800Z", film.Lamp, 6)
	f.Line("M842 340V450", 5, film.Ink)
	walk := s.Move("stay", s.Cue("stay", 1)-s.At("stay")-0.4, s.Cue("stay", 1)-s.At("stay")+1.6)
	for i := range 2 {
		x := film.Mix(640+90*float64(i), 360+110*float64(i), walk)
		pose := film.Stand()
		if walk > 0.01 && walk < 0.99 {
			pose = film.Walk(s.T/0.8 + float64(i)*0.4)
		}
		f.Group(film.Facing(x, 558, 0.74), 1, func() { f.Person(pose, film.Look{Body: []string{film.Plum, film.Brand}[i]}) })
	}
	f.Group("", s.On("stay", "stay")*walk, func() {
		f.Arrow(780, 400, 780-210*walk, 400, 12, film.Brick)
		f.Word(520, 360, 46, film.Middle, film.Ink, film.White, "离窗远些")
	})
	f.Group("", s.On("eye", "eye"), func() {
		f.Box(24, 146, 220, 220, 8, film.Shoal, film.Ink, 4)
		f.Inside("M26 148H242V364H26Z", func() { whirl(f, 134, film.Mix(232, 262, s.Move("eye", 0, 5)), 0.36, s.T) })
		f.Dot(134, 236, 8)
		f.Group("", calm, func() { f.Word(1076, 228, 50, film.Start, film.Ink, sky, "台风眼") })
	})
}

// wind is streaks going left, or right where it has turned.
func wind(f *film.Frame, t float64, back bool) {
	for i := range 16 {
		p := film.Cycle(t, 0.9+0.5*film.Chance(i, 81), film.Chance(i, 82))
		if !back {
			p = 1 - p
		}
		x, y := -200+1680*p, 140+400*film.Chance(i, 83)
		f.Line(film.Path("M", x, y, "h", 70+90*film.Chance(i, 84)), 6, film.White)
	}
}

// afterwards: the sun, the signal, and eight metres from a fallen wire.
func afterwards(f *film.Frame, s film.Show) {
	f.Rect(0, 122, film.Width, 440, 0, film.Paper)
	f.Rect(0, 560, film.Width, 160, 0, "#C9D79C")
	f.Disc(1090, 230, 50, film.Loquat)
	f.Line("M210 560L250 210M150 250L340 270", 14, film.Clay)
	f.Line(film.Path("M330 268C400 420 ", 430+6*film.Wave(s.T, 2, 0), 560, 470, 556), 7, film.Ink)
	f.Line("M478 548l18 -26l4 18l20 -24", 6, film.Kiln)
	at := s.Cue("after", 1) - s.At("after")
	p := s.Move("after", at, at+1.2)
	f.Group("", 1-s.Move("help", -0.2, 0.2), func() {
		f.Line(film.Path("M480 610H", 480+480*p, "M480 596V624"), 7, film.Brick)
		f.Group("", p, func() {
			f.Line("M960 596V624", 7, film.Brick)
			f.Word(720, 540, 52, film.Middle, film.Brick, film.Paper, "至少8米")
		})
	})
	x := film.Mix(820, 1020, p)
	pose := film.Stand()
	if p > 0.02 && p < 0.98 {
		pose = film.Walk(s.T / 0.8)
	}
	f.Group(film.Standing(x, 558, 0.8), 1, func() { f.Person(pose, film.Look{Body: film.Brand}) })
	f.Slip(470, 170, "先等解除信号", s.Move("after", 0.2, 0.7)*s.On("after", "after"))
	f.Slip(540, 300, "110　119　120", s.Move("help", 0, 0.5))
}
