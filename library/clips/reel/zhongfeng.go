package reel

import "kepu/library/clips/film"

// zhongfeng: the three signs of a stroke, 1-2-0, and the minutes before help.
func zhongfeng() *film.Clip {
	return &film.Clip{
		Slug:     "zhongfeng",
		Question: []string{"怎么认出中风？", "记住1、2、0"},
		Pace:     film.Calm,
		Ground:   film.Blush,
		Poster:   film.Poster{At: "arms", In: 3.0, Left: 64},
		Sources:  []string{"识别口诀：国内卒中学会推广", "中国急性缺血性卒中诊治指南2023", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "怎么认出中风？/记住1、2、0。", Hold: 0.4, Chapter: "1、2、0"},
			{Name: "face", Say: "1，看一张脸：|嘴角歪，两边不一样。", Hold: 0.4},
			{Name: "arms", Say: "2，看两只胳膊：|平举，一只往下掉。", Hold: 0.5},
			{Name: "talk", Say: "0，听说话：|含糊，或说不出来。", Hold: 0.3},
			{Name: "dial", Say: "有一样突然出现，/马上打120。", Hold: 0.6, Chapter: "马上打120"},
			{Name: "clock", Say: "说“可能是中风”，|记下最后一次/看到他正常的时间。", Hold: 0.4},
			{Name: "lie", Say: "让他平躺，头侧向一边，|解开衣领。", Hold: 0.5, Chapter: "等车的时候"},
			{Name: "dont", Say: "不喂水，不喂饭，/不喂药。", Hold: 0.6},
			{Name: "better", Say: "哪怕已经好转，/也要打120。", Hold: 0.4},
			{Name: "end", Say: "别等明天再看。|每一步怎么做，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Blush)
			f.Group("", 1-s.Move("dial", -0.3, 0.2), func() { threeSigns(f, s) })
			f.Group("", s.On("dial", "clock"), func() { dialling(f, s) })
			f.Group("", s.From("lie"), func() { waiting(f, s) })
		},
	}
}

// threeSigns are three sheets; the one told of comes forward.
func threeSigns(f *film.Frame, s film.Show) {
	now := []float64{s.On("face", "face"), s.On("arms", "arms"), s.On("talk", "talk")}
	told := []float64{s.From("face"), s.From("arms"), s.From("talk")}
	quiet := 1 - s.Move("face", -0.3, 0.3)
	k := film.Mix(1, 0.72, quiet)
	f.Group(film.Place(640*(1-k), 250*quiet, 0, k), 1, func() { signSheets(f, s, now, told, quiet) })
}

func signSheets(f *film.Frame, s film.Show, now, told []float64, quiet float64) {
	for i, x := range []float64{40, 450, 860} {
		dim := max(now[i], quiet, 0.5*told[i])
		f.Group(film.Place(x, 110-14*now[i], 0, 1), film.Mix(0.4, 1, dim), func() {
			f.Box(0, 0, 380, 470, 14, film.White, film.Blend(film.Cloud, film.Ink, now[i]), 5)
			f.Word(24, 86, 90, film.Start, film.Plum, "", []string{"1", "2", "0"}[i])
			switch i {
			case 0:
				face(f, 210, 256, s.Move("face", 1.6, 3))
			case 1:
				arms(f, 190, 200, s.Move("arms", 0.3, 1.3), s.Move("arms", 1.9, 3.6))
			case 2:
				talk(f, s)
			}
		})
	}
}

// face droops on its left side as p goes from 0 to 1.
func face(f *film.Frame, x, y, p float64) {
	f.Group(film.Place(x, y, 0, 1.25), 1, func() {
		f.Shape("M-70 -10C-70 -90 -35 -120 0 -120C35 -120 70 -90 70 -10C70 70 38 116 0 116C-38 116 -70 70 -70 -10Z", film.Skin, 6)
		f.Line(film.Path("M-42 -22H-18M18 ", -22+8*p, "H42"), 8, film.Ink)
		f.Line("M0 -10V32", 5, film.Ink)
		f.Line(film.Path("M-36 ", 58-2*p, "C-16 ", 66-10*p, 10, 66, 38, 58+34*p), 10, film.Plum)
		f.Fill("M-70 -40C-56 -88 -30 -106 0 -108C32 -106 58 -86 70 -40C72 -96 44 -134 0 -134C-44 -134 -72 -96 -70 -40Z", film.Tile)
	})
	f.Group("", p, func() { f.Arrow(x+118, y+50, x+118, y+50+60*p, 10, film.Plum) })
}

// arms are lifted level; one then sinks.
func arms(f *film.Frame, x, y, up, down float64) {
	f.Disc(x, y-48, 38, film.Skin)
	f.Ring(x, y-48, 38, 6, film.Ink)
	f.Fill(film.Path("M", x-44, y+8, "H", x+44, "V", y+200, "H", x-44, "Z"), film.Glaze)
	arm := func(side, lift float64) {
		f.Group("translate("+film.Path(x+side*34)+" "+film.Path(y+26)+") scale("+film.Path(side)+" 1) rotate("+film.Path(82-82*lift)+")", 1, func() {
			f.Line("M0 0H112", 30, film.Skin)
			f.Line("M0 0H40", 34, film.Glaze)
		})
	}
	arm(-1, up)
	arm(1, up*(1-0.72*down))
	f.Group("", down, func() { f.Arrow(x+150, y+36, x+150, y+36+80*down, 10, film.Plum) })
}

// talk is a bubble whose lines break up.
func talk(f *film.Frame, s film.Show) {
	p := s.Move("talk", 1.4, 3)
	f.Shape("M60 150C60 124 74 112 100 112H290C316 112 330 124 330 150V300C330 326 316 338 290 338H220L160 400V338H100C74 338 60 326 60 300Z", film.White, 6)
	for i := range 3 {
		y := 168 + 56*float64(i)
		wave := 12 * p * film.Wave(s.T, 1.1, float64(i)/3)
		f.Dash(film.Path("M96 ", y, "q50 ", wave, 100, 0, "t100 0"), 11, film.Plum, film.Mix(300, 22, p), film.Mix(0.1, 30, p), 0)
	}
}

// dialling is a telephone, then a clock.
func dialling(f *film.Frame, s film.Show) {
	f.Box(180, 60, 320, 520, 36, film.Ink, film.Ink, 6)
	f.Rect(204, 100, 272, 430, 10, film.White)
	for i, n := range []string{"1", "2", "0"} {
		p := s.Move("dial", 0.6+0.5*float64(i), 0.9+0.5*float64(i))
		f.Group("", p, func() { f.Word(256+82*float64(i), 220, 110, film.Middle, film.Plum, "", n) })
	}
	ring := s.Move("dial", 2.2, 2.6)
	f.Disc(340, 410, 62, film.Brand)
	f.Line("M308 392q32 -30 64 0l-8 22l-20 -6h-8l-20 6Z", 12, film.White)
	f.Group("", ring, func() {
		for i := range 2 {
			r := film.Cycle(s.T, 1.4, float64(i)/2)
			f.Group("", 1-r, func() { f.Ring(340, 410, 66+60*r, 6, film.Brand) })
		}
	})
	f.Group("", 1-s.From("clock"), func() {
		f.Word(580, 270, 60, film.Start, film.Ink, "", "有一样突然出现")
		f.Word(580, 370, 76, film.Start, film.Plum, "", "马上打120")
	})
	f.Group("", s.From("clock"), func() {
		f.Disc(880, 240, 150, film.White)
		f.Ring(880, 240, 150, 8, film.Ink)
		for i := range 12 {
			f.Group(film.Place(880, 240, 30*float64(i), 1), 1, func() { f.Line("M0 -132V-118", 7, film.Ink) })
		}
		turn := s.Move("clock", 0.2, 3)
		f.Group(film.Place(880, 240, -80+30*turn, 1), 1, func() { f.Line("M0 0V-70", 13, film.Ink) })
		f.Group(film.Place(880, 240, 360*turn, 1), 1, func() { f.Line("M0 0V-104", 9, film.Ink) })
		f.Dot(880, 240, 14)
		f.Word(880, 480, 54, film.Middle, film.Ink, "", "最后一次看他正常")
		f.Word(880, 552, 54, film.Middle, film.Ink, "", "是几点几分")
	})
}

// waiting is how to lie, and what not to give.
func waiting(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, "#E8C9D2")
	f.Line("M0 560H1280", 6, film.Ink)
	f.Box(240, 500, 800, 62, 20, film.White, film.Ink, 6)
	turn := s.Move("lie", 1, 2.4)
	f.Group(film.Place(640, 470, 0, 1.5), 1, func() {
		f.Line("M30 8L120 12L216 10", 30, film.Tile)
		f.Fill("M-160 26C-170 -26 -150 -40 -120 -40C-84 -42 0 -30 40 -18V26Z", film.Glaze)
		f.Line("M-120 16L-60 34L6 32", 24, film.Skin)
		f.Disc(-200, 0, 31, film.Skin)
		f.Ring(-200, 0, 31, 4, film.Ink)
		f.Group(film.Place(-200, 0, 40*turn, 1), 1, func() {
			f.Fill("M-33 6C-36 -36 10 -44 24 -24C4 -24 -6 -8 -8 28C-22 26 -32 18 -33 6Z", film.Tile)
		})
		open := s.Move("lie", 2.6, 3.4)
		f.Line(film.Path("M-158 -18L", -140-6*open, 4+8*open, "M-150 -30L", -126+8*open, -22+2*open), 6, film.White)
	})
	f.Group("", s.On("lie", "lie")*turn, func() {
		f.Line("M340 420A70 70 0 0 1 420 430", 8, film.Plum)
		f.Arrow(410, 416, 430, 440, 8, film.Plum)
		f.Word(470, 330, 56, film.Start, film.Ink, "", "平躺，头侧向一边")
	})
	for i, word := range []string{"水", "饭", "药"} {
		at := 0.2 + 0.8*float64(i)
		p := s.Move("dont", at, at+0.4) * (1 - s.From("better"))
		f.Group("", p, func() {
			x := 250 + 280*float64(i)
			f.Box(x, 90, 220, 260, 10, film.White, film.Ink, 5)
			switch i {
			case 0:
				f.Shape(film.Path("M", x+60, 130, "h100l-12 110h-76Z"), film.Shoal, 6)
			case 1:
				f.Shape(film.Path("M", x+46, 170, "h128q-6 74 -64 74t-64 -74Z"), film.Sand, 6)
				f.Fill(film.Path("M", x+56, 168, "q54 -60 108 0Z"), film.White)
				f.Line(film.Path("M", x+56, 168, "q54 -60 108 0"), 6, film.Ink)
			case 2:
				f.Shape(film.Path("M", x+70, 140, "h80v100h-80Z"), film.White, 6)
				f.Line(film.Path("M", x+110, 162, "v56m-28 -28h56"), 12, film.Plum)
			}
			f.Word(x+70, 326, 60, film.Middle, film.Ink, "", word)
			f.Cross(x+152, 300, 38, s.Move("dont", at+0.2, at+0.5))
		})
	}
	f.Slip(330, 200, "好转了，也要打120", s.Move("better", 0.1, 0.6))
}
