package reel

import "kepu/library/clips/film"

// fangzha: the four links of a scam call, and where each is cut.
func fangzha() *film.Clip {
	return &film.Clip{
		Slug:     "fangzha",
		Question: []string{"一接电话就要钱，", "怎么认出骗局？"},
		Pace:     film.Calm,
		Ground:   film.Sheet,
		Poster:   film.Poster{At: "rush", In: 1.6, Left: 0},
		Sources:  []string{"公安部反诈提示、公开案例类型", "反电信网络诈骗法（2022年施行）", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "一接电话就要钱，/怎么认出骗局？", Hold: 0.4, Chapter: "骗局的四步"},
			{Name: "fear", Say: "第一步，/让你怕，或让你贪。", Hold: 0.2},
			{Name: "hush", Say: "第二步，不许告诉别人。", Hold: 0.2},
			{Name: "rush", Say: "第三步，一直催你快。", Hold: 0.2},
			{Name: "pay", Say: "第四步，要你转钱，|报验证码，共享屏幕。", Hold: 0.5},
			{Name: "cut", Say: "哪一步都能剪断，/就说三句话：", Hold: 0.3, Chapter: "三句话"},
			{Name: "say", Say: "“我先挂了。”|“我问问家里人。”|“要钱的事，当面说。”", Hold: 0.4},
			{Name: "fake", Say: "没有“安全账户”，|公安不会在电话里办案。", Hold: 0.3, Chapter: "打给谁"},
			{Name: "ask96", Say: "拿不准，打96110问。", Hold: 0.4},
			{Name: "paid", Say: "已经转了，/马上打110和银行客服。", Hold: 0.5},
			{Name: "end", Say: "家人别责骂他。|更多做法，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Sheet)
			f.Group("", 1-s.Move("fake", -0.3, 0.2), func() { chain(f, s) })
			f.Group("", s.From("fake"), func() { whomToCall(f, s) })
		},
	}
}

// The chain's links stand this far apart.
const (
	linkFirst = 400.0
	linkStep  = 245.0
	linkTop   = 330.0
)

// chain is four links that a call hangs on whoever takes it; cut anywhere, what
// comes after falls.
func chain(f *film.Frame, s film.Show) {
	words := []string{"怕，或贪", "不许说", "催你快", "要钱要码"}
	f.Rect(0, 596, film.Width, 124, 0, film.Cloud)
	cut, away := s.Move("cut", 1.2, 1.8), s.Move("cut", 2.2, 2.8)
	last := 262.0
	at := last
	for i, beat := range []string{"fear", "hush", "rush", "pay"} {
		p := s.Move(beat, 0, 0.8)
		x := linkFirst + linkStep*float64(i)
		at = film.Mix(at, x, p)
		drop := 0.0
		if i > 0 {
			drop = 150 * film.Ease(film.Span(s.In("cut"), 1.6+0.12*float64(i), 2.6+0.12*float64(i)))
		}
		f.Group("", p*(1-0.75*film.Span(drop, 40, 150)), func() {
			f.Line(film.Path("M", last, linkTop+drop, "H", film.Mix(last, x-88, p)), 16, film.Tile)
			f.Box(x-92, linkTop-58+drop, 184, 116, 58, film.White, film.Plum, 13)
			link(f, i, x, linkTop+drop, s)
			f.Word(x, linkTop+136+drop, 50, film.Middle, film.Ink, "", words[i])
		})
		last = x + 92
	}
	f.Group("", 1-s.From("cut"), func() { f.Dot(at, linkTop-96, 17) })
	listener(f, s)
	f.Group("", s.From("cut")*(1-away), func() { scissors(f, linkFirst+linkStep/2, linkTop+80-70*s.Move("cut", 0.4, 1.1)+60*away, cut) })
	for i, word := range []string{"我先挂了", "我问问家里人", "要钱的事，当面说"} {
		f.Slip(590+50*float64(i), 40+92*float64(i), word, s.Move("say", s.Cue("say", i)-s.At("say"), s.Cue("say", i)-s.At("say")+0.5))
	}
}

// listener holds a telephone to the ear, and puts it down once the chain is cut.
func listener(f *film.Frame, s film.Show) {
	down := s.Move("say", 0.4, 1.2)
	pose := film.Between(
		film.Pose{Lean: 6, Arm: 46, Fore: 168, Arm2: -10, Fore2: 8, Leg: 4, Leg2: -5, Shin2: -7},
		film.Pose{Lean: 0, Arm: 18, Fore: 44, Arm2: -8, Fore2: 4, Leg: 4, Leg2: -5, Shin2: -7}, down)
	f.Group(film.Standing(150, 596, film.Mix(1.3, 1.75, s.Move("fear", -0.2, 0.5))), 1, func() {
		hand := f.Person(pose, film.Look{Body: film.Glaze})
		f.Group(film.Place(hand.X, hand.Y, film.Mix(8, 60, down), 1), 1, func() { f.Box(-8, -26, 17, 46, 5, film.Tile, film.Ink, 3) })
	})
	ring := 1 - s.From("fear")
	f.Group("", ring, func() {
		for i := range 3 {
			r := 30 + 90*film.Cycle(s.T, 1.5, float64(i)/3)
			f.Group("", 1-(r-30)/90, func() {
				f.Line(film.Path("M", 250+r*0.5, 380-r, "A", r*1.3, r*1.3, "0 0 1 ", 250+r*0.5, 380+r), 8, film.Plum)
			})
		}
	})
}

// link draws what each step works with: an alarm, closed lips, a clock, money.
func link(f *film.Frame, i int, x, y float64, s film.Show) {
	switch i {
	case 0:
		f.Line(film.Path("M", x, y-30, "V", y+6), 14, film.Plum)
		f.Disc(x, y+30, 9, film.Plum)
	case 1:
		f.Line(film.Path("M", x-40, y, "H", x+40), 10, film.Plum)
		f.Line(film.Path("M", x-16, y-16, "l0 32M", x+16, y-16, "l0 32"), 7, film.Plum)
	case 2:
		f.Ring(x, y, 30, 7, film.Plum)
		f.Group(film.Place(x, y, film.Cycle(s.T, 1, 0)*360, 1), 1, func() { f.Line("M0 0V-18", 7, film.Plum) })
		f.Line(film.Path("M", x, y, "h12"), 7, film.Plum)
	case 3:
		for _, shift := range []float64{-45, -15, 15, 45} {
			f.Disc(x+shift, y, 10, film.Plum)
		}
	}
}

// scissors close on the line as p goes from 0 to 1.
func scissors(f *film.Frame, x, y, p float64) {
	open := film.Mix(26, 3, p)
	for _, side := range []float64{-1, 1} {
		f.Group(film.Place(x, y+40, side*open, 1), 1, func() {
			f.Fill(film.Path("M-8 0L", side*2, -120, "L8 0Z"), film.Slate)
			f.Line(film.Path("M0 0L", -side*18, 60), 12, film.Brand)
			f.Ring(-side*26, 84, 26, 11, film.Brand)
		})
	}
	f.Disc(x, y+40, 8, film.Ink)
}

// whomToCall ends the call: no safe account, 96110, 110 and the bank.
func whomToCall(f *film.Frame, s film.Show) {
	f.Group("", s.On("fake", "fake"), func() {
		f.Box(420, 150, 440, 250, 16, film.White, film.Ink, 6)
		f.Rect(420, 196, 440, 46, 0, film.Tile)
		f.Word(640, 336, 64, film.Middle, film.Ink, "", "安全账户")
		p := s.Move("fake", 0.8, 1.4)
		f.Part("M400 420L880 130", 16, film.Plum, p, 562)
		f.Group("", p, func() { f.Word(640, 500, 56, film.Middle, film.Plum, "", "根本没有") })
	})
	f.Group("", s.From("ask96"), func() {
		move := s.Move("paid", -0.2, 0.5)
		f.Group(film.Place(0, -60*move, 0, 1), 1, func() {
			f.Box(160, film.Mix(190, 150, move), 960, 170, 10, film.White, film.Ink, 5)
			y := film.Mix(302, 262, move)
			f.Dot(220, y-24, 16)
			f.Word(270, y, 60, film.Start, film.Ink, "", "拿不准，问")
			f.Word(1070, y+12, 110, film.Tail, film.Brand, "", "96110")
		})
		f.Group(film.Place(0, 60*(1-move), 0, 1), move, func() {
			f.Box(160, 320, 960, 170, 10, film.White, film.Ink, 5)
			f.Dot(220, 406, 16)
			f.Word(270, 430, 60, film.Start, film.Ink, "", "已经转了，打")
			f.Word(766, 442, 92, film.Tail, film.Plum, "", "110")
			f.Word(1070, 430, 60, film.Tail, film.Ink, "", "和银行客服")
		})
	})
}
