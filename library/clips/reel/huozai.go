package reel

import (
	"kepu/library/clips/film"
)

// huozai: smoke climbs a stairwell faster than anyone; the door decides.
func huozai() *film.Clip {
	return &film.Clip{
		Slug:     "huozai-taosheng",
		Question: []string{"楼道里有烟，", "跑，还是不跑？"},
		Pace:     film.Brisk,
		Ground:   film.Paper,
		Poster:   film.Poster{At: "rise", In: 4.2, Left: 64},
		Sources:  []string{"国家消防救援局科普", "消防工程教材（烟速随火势变化大）", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "楼道里有烟，/跑，还是不跑？", Hold: 0.4, Chapter: "烟比人快"},
			{Name: "rise", Say: "热烟往上升，/沿楼梯每秒约3到4米，|比人爬楼快得多。", Hold: 0.8},
			{Name: "gas", Say: "烟里有一氧化碳，/湿毛巾滤不掉。", Hold: 0.4},
			{Name: "touch", Say: "所以开门前，先用手背/摸摸门和把手。", Hold: 0.6, Chapter: "开门前先摸门"},
			{Name: "hot", Say: "烫，或者门缝进烟：/别开。", Hold: 0.4, Chapter: "门烫：留下"},
			{Name: "seal", Say: "关门，湿布塞缝，|退到有窗的房间，/打119。", Hold: 0.3},
			{Name: "wave", Say: "窗口挥亮色的布，/晚上用手电。", Hold: 0.6},
			{Name: "cool", Say: "门不烫，楼道没烟：|弯腰走楼梯往下，/关上身后的门。", Hold: 0.6, Chapter: "门不烫：走"},
			{Name: "lift", Say: "不坐电梯，/出去了不再返回。", Hold: 0.6},
			{Name: "end", Say: "火小快跑，浓烟关门。|更多做法，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
			f.Group("", 1-s.Move("touch", -0.3, 0.2), func() { stairwell(f, s) })
			f.Group("", s.On("touch", "hot"), func() { doorTest(f, s) })
			f.Group("", s.On("seal", "wave"), func() { shelter(f, s) })
			f.Group("", s.From("cool"), func() { wayDown(f, s) })
		},
	}
}

// smoke is a cloud of puffs that boil.
func smoke(f *film.Frame, x, y, w, h, t float64, seed int, n int) {
	for i := range n {
		cx := x + w*film.Chance(i, seed) + 10*film.Wave(t, 2.3, film.Chance(i, seed+1))
		cy := y + h*film.Chance(i, seed+2) + 8*film.Wave(t, 1.9, film.Chance(i, seed+3))
		f.Disc(cx, cy, 26+22*film.Chance(i, seed+4), []string{"#5B6460", "#6E7773", "#4A524E"}[i%3])
	}
}

func flames(f *film.Frame, x, y, size, t float64) {
	for i := range 3 {
		h := 70 + 20*film.Wave(t, 0.7, float64(i)/3)
		cx := x + (float64(i)-1)*36*size
		f.Fill(film.Path("M", cx-26*size, y, "C", cx-36*size, y-h*0.5*size, cx-4*size, y-h*0.6*size, cx, y-h*size, "C", cx+10*size, y-h*0.6*size, cx+36*size, y-h*0.5*size, cx+26*size, y, "Z"), film.Kiln)
		f.Fill(film.Path("M", cx-12*size, y, "C", cx-16*size, y-h*0.3*size, cx, y-h*0.3*size, cx+2*size, y-h*0.55*size, "C", cx+6*size, y-h*0.3*size, cx+16*size, y-h*0.3*size, cx+12*size, y, "Z"), film.Loquat)
	}
}

// stairwell is a house of six floors cut open, with fire on the lowest.
func stairwell(f *film.Frame, s film.Show) {
	const floors, left, right, high, ground = 6, 470.0, 690.0, 96.0, 640.0
	f.Rect(0, ground, film.Width, 80, 0, film.Sand)
	f.Box(120, ground-high*floors, 780, high*floors, 0, film.White, film.Ink, 7)
	f.Rect(left, ground-high*floors, right-left, high*floors, 0, film.Cloud)
	in := s.In("rise")
	front := ground - 40 - 560*film.Span(in, 0.2, 4.4)
	f.Inside(film.Path("M", left+4, ground-high*floors+4, "H", right-4, "V", ground, "H", left+4, "Z"), func() {
		for i := range floors {
			y := ground - high*float64(i)
			f.Line(film.Path("M", left, y, "L", right-60, y-high/2, "L", left+50, y-high), 9, film.Slate)
		}
		if in > -0.4 {
			drawUp := max(front, ground-high*floors-60)
			smoke(f, left-20, drawUp, right-left+40, ground-drawUp, s.T, 131, 24+int((ground-drawUp)/5))
		}
	})
	for i := range floors {
		y := ground - high*float64(i)
		f.Line(film.Path("M120 ", y, "H", left, "M", right, y, "H900"), 6, film.Ink)
		for _, x := range []float64{190, 320, 760} {
			f.Box(x, y-74, 70, 48, 3, film.Mist, film.Ink, 4)
		}
	}
	f.Line(film.Path("M", left, ground-high*floors, "V", ground-70, "M", right, ground-high*floors, "V", ground), 7, film.Ink)
	f.Rect(126, ground-90, 340, 86, 0, "#F3D9BE")
	flames(f, 300, ground-4, 1, s.T)
	if in > 0 {
		f.Group("", s.On("rise", "rise"), func() {
			at := max(front, ground-high*floors)
			f.Arrow(980, ground-20, 980, at, 18, film.Brick)
			f.Word(1010, 120, 50, film.Start, film.Brick, "", "烟每秒约")
			f.Word(1010, 186, 50, film.Start, film.Brick, "", "3到4米")
			climbed := 80 * film.Span(in, 0.2, 4.4)
			for i := range 5 {
				x, y := 1050+44*float64(i), ground-26*float64(i)
				f.Line(film.Path("M", x-44, y, "H", x, "V", y-26), 6, film.Slate)
			}
			f.Group(film.Standing(1040+climbed*1.6, ground-climbed-8, 0.8), 1, func() { f.Person(film.Walk(s.T/0.8), film.Look{Body: film.Plum}) })
		})
	}
	f.Group("", s.On("gas", "gas"), func() {
		f.Box(940, 200, 290, 300, 8, film.White, film.Ink, 4)
		f.Shape("M1000 250C1040 236 1130 236 1170 250V330C1130 316 1040 316 1000 330Z", film.Mist, 5)
		for i := range 6 {
			p := film.Cycle(s.T, 1.6, float64(i)/6)
			f.Disc(1020+26*float64(i), film.Mix(420, 216, p), 9, film.Plum)
		}
		f.Word(1085, 472, 44, film.Middle, film.Ink, "", "一氧化碳")
	})
}

// doorTest is the back of a hand on the door, then on its handle.
func doorTest(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#EFE7D6")
	hot := s.Move("hot", 0, 1)
	f.Shape("M420 720V70H900V720Z", film.Blend(film.Clay, "#B5623A", hot), 9)
	f.Line("M470 130H850V380H470ZM470 430H850V720", 6, film.Ink)
	f.Disc(856, 414, 24, film.Loquat)
	f.Ring(856, 414, 24, 6, film.Ink)
	f.Line("M856 414H790", 16, film.Ink)
	in := s.In("touch")
	x := film.Mix(1240, 690, film.Ease(film.Span(in, 0.4, 1.4)))
	x = film.Mix(x, 830, film.Ease(film.Span(in, 2.2, 3)))
	y := film.Mix(300, 410, film.Ease(film.Span(in, 2.2, 3)))
	x = film.Mix(x, 1480, s.Move("hot", 0, 0.7))
	f.Group(film.Place(x, y, 0, 1), 1, func() { hand(f) })
	f.Group("", hot, func() {
		for i := range 4 {
			p := film.Cycle(s.T, 1.4, float64(i)/4)
			f.Group("", 1-p, func() {
				f.Line(film.Path("M", 500+90*float64(i), 560-90*p, "q16 -24 0 -46t0 -46"), 8, film.White)
			})
		}
		smoke(f, 420, 668, 480, 60, s.T, 141, 22)
		f.Cross(660, 260, 70, s.Move("hot", 0.5, 0.9))
	})
	f.Slip(40, 80, "别开", s.Move("hot", 0.6, 1))
	f.Group("", s.On("touch", "touch"), func() { f.Word(60, 200, 56, film.Start, film.Ink, "", "用手背") })
}

// hand comes from the right with its back to the left.
func hand(f *film.Frame) {
	f.Line("M150 60L900 310", 96, film.Brand)
	f.Line("M96 40L180 68", 74, film.Skin)
	f.Shape("M0 -50C-10 -10 -6 50 20 76C60 96 110 88 130 50C140 10 120 -30 96 -50C70 -66 20 -78 0 -50Z", film.Skin, 6)
	f.Line("M22 -40C10 -6 12 40 30 66M52 -52C44 -10 46 40 60 74M84 -48C80 -10 82 36 92 66", 5, film.Ink)
}

// shelter is the room behind the shut door.
func shelter(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#EFE7D6")
	f.Rect(0, 600, film.Width, 120, 0, film.Clay)
	f.Inside("M0 0H250V600H0Z", func() {
		f.Rect(0, 0, 250, 600, 0, film.Cloud)
		smoke(f, -30, 40, 250, 560, s.T, 151, 70)
	})
	f.Line("M0 600H1280", 6, film.Ink)
	f.Box(240, 150, 60, 450, 4, film.Kiln, film.Ink, 7)
	f.Box(240, -10, 60, 160, 0, film.White, film.Ink, 6)
	p := s.Move("seal", 0.6, 1.8)
	f.Shape(film.Path("M", film.Mix(560, 292, p), 602, "q8 -34 40 -30t50 2q30 2 22 28Z"), film.Shoal, 6)
	f.Box(900, 150, 300, 270, 4, film.Deep, film.Ink, 9)
	f.Rect(910, 160, 280, 250, 0, film.Blend(film.Mist, "#28463F", s.Move("wave", 2.4, 3)))
	back := s.Move("seal", 1.9, 3.9)
	x := film.Mix(520, 800, back)
	pose := film.Between(film.Pose{Lean: 62, Arm: 40, Fore: 60, Arm2: 30, Fore2: 50, Leg: 60, Shin: -30, Leg2: 10, Shin2: -60}, film.Stand(), film.Ease(film.Span(s.In("seal"), 1.7, 2.2)))
	if back > 0.03 && back < 0.97 {
		pose = film.Walk(s.T / 0.7)
	}
	call := s.Move("seal", 4, 4.5) * (1 - s.Move("wave", 0, 0.4))
	pose = film.Between(pose, film.Pose{Arm: 34, Fore: 164, Arm2: -6, Fore2: 4, Leg: 3, Leg2: -5, Shin2: -7}, call)
	waving := s.Move("wave", 0, 0.4)
	pose = film.Between(pose, film.Pose{Arm: 128 + 14*film.Wave(s.T, 0.8, 0), Fore: 130 + 22*film.Wave(s.T, 0.8, -0.1), Arm2: -6, Fore2: 10, Leg: 4, Leg2: -5, Shin2: -7}, waving)
	draw := func() {
		end := f.Person(pose, film.Look{Body: film.Brand})
		f.Group("", waving*(1-s.Move("wave", 2.4, 2.8)), func() {
			w := 20 * film.Wave(s.T, 0.8, -0.2)
			f.Shape(film.Path("M", end.X, end.Y, "q", 30, -30+w, 64, -6+w, "l-8 60q-30 -16 -60 8Z"), film.Loquat, 5)
		})
		f.Group("", s.Move("wave", 2.4, 2.8), func() {
			f.Fill(film.Path("M", end.X, end.Y, "L", end.X+190, end.Y-70, "V", end.Y+50, "Z"), film.Lamp)
			f.Line(film.Path("M", end.X-10, end.Y, "h26"), 18, film.Ink)
		})
	}
	side := film.Standing(x, 598, 1.15)
	if back < 0.05 {
		side = film.Facing(x, 598, 1.15)
	}
	f.Group(side, 1, draw)
	f.Group("", call, func() { f.Word(880, 120, 72, film.Start, film.Brick, "", "119") })
	f.Slip(330, 60, "湿布塞缝", s.Move("seal", 0.4, 0.9)*(1-s.Move("seal", 2.4, 2.8)))
}

// wayDown is the stairs without smoke, the lift that is not taken, and outside.
func wayDown(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, "#EFE7D6")
	f.Fill("M0 300H330L330 352H408V404H486V456H564V508H642V560H720V612H1280V720H0Z", film.Slate)
	f.Line("M0 300H330V352H408V404H486V456H564V508H642V560H720V612H1280", 6, film.Ink)
	f.Line("M330 210L720 470", 8, film.Ink)
	shut := s.Move("cool", 2.6, 3.4)
	f.Shape(film.Path("M150 298V90L", film.Mix(60, 240, shut), film.Mix(112, 90, shut), "V", film.Mix(320, 298, shut), "Z"), film.Kiln, 7)
	f.Line("M150 298V84H246V298", 6, film.Ink)
	p := film.Span(s.In("cool"), 1.0, s.End("lift")-s.At("cool"))
	at := film.Along([]film.Point{{X: 190, Y: 300}, {X: 330, Y: 300}, {X: 720, Y: 612}, {X: 1180, Y: 612}}, p)
	pose := film.Walk(s.T / 0.8)
	pose.Lean = 34 * (1 - film.Span(at.X, 760, 900))
	f.Group(film.Standing(at.X, at.Y-2, 0.95), 1, func() { f.Person(pose, film.Look{Body: film.Brand}) })
	f.Slip(440, 80, "弯腰往下走，随手关门", s.Move("cool", 1.8, 2.3)*s.On("cool", "cool"))
	f.Group("", s.From("lift"), func() {
		f.Shape("M820 330V90H1020V330Z", film.Cloud, 7)
		f.Line("M920 90V330M866 190l16 -22l16 22M944 190l16 22l16 -22", 6, film.Ink)
		f.Cross(920, 250, 54, s.Move("lift", 0.3, 0.7))
		f.Word(1050, 230, 52, film.Start, film.Ink, "", "不坐电梯")
	})
}
