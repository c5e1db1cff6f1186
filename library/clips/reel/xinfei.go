package reel

import (
	"math"

	"kepu/library/clips/film"
)

// xinfei: chest compressions, how fast, how deep and where.
func xinfei() *film.Clip {
	return &film.Clip{
		Slug:     "xinfei-fusu",
		Question: []string{"有人倒下，头几分钟", "你能做什么？"},
		Pace:     film.Brisk,
		Ground:   film.Paper,
		Poster:   film.Poster{At: "rate", In: 1.63, Left: 64},
		Sources:  []string{"AHA 2020、2025心肺复苏指南", "ERC 2021、2025指南", "国家卫生健康委AED配置指南（2021）"},
		Script: []film.Beat{
			{Name: "ask", Say: "有人倒下，头几分钟/你能做什么？", Hold: 0.4, Chapter: "先看，再喊"},
			{Name: "look", Say: "看现场安全，/再拍肩大声喊。|没反应，没呼吸，/或只是偶尔叹气样喘：", Hold: 0.2},
			{Name: "send", Say: "请一人打120，/一人去取AED。", Hold: 0.5},
			{Name: "where", Say: "马上按。平躺在硬地上，|双手叠放，按胸骨下半段，/手臂伸直。", Hold: 0.4, Chapter: "按哪里，怎么按"},
			{Name: "rate", Say: "每分钟100到120次，", Hold: 2.2},
			{Name: "deep", Say: "深至少5厘米，/不超过6厘米，|每次让胸口完全弹起，/尽量不停。", Hold: 0.8},
			{Name: "only", Say: "成人不会吹气，/只按不吹，也有用。", Hold: 0.3},
			{Name: "swap", Say: "每2分钟换人。", Hold: 0.9, Chapter: "换人和AED"},
			{Name: "aed", Say: "AED到了，先开机，/照语音做。|放电时，/谁也别碰病人。", Hold: 0.5},
			{Name: "until", Say: "按到他动了，/或专业人员接手。", Hold: 0.4},
			{Name: "end", Say: "短片不能代替培训，|到红十字会、急救中心/学一次。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
			f.Group("", 1-s.Move("where", -0.3, 0.2), func() { finding(f, s) })
			f.Group("", s.From("where"), func() { patient(f, s) })
			f.Group("", s.On("where", "only")+s.On("until", "until"), func() { pressing(f, s) })
			f.Group("", s.On("swap", "swap"), func() { swapping(f, s) })
			f.Group("", s.On("aed", "aed"), func() { shock(f, s) })
		},
	}
}

// lying draws a person on their back, head to the left, hip at (x, y).
func lying(f *film.Frame, x, y, size, chest float64) {
	f.Group(film.Place(x, y, 0, size), 1, func() {
		f.Line("M30 8L120 12L216 10", 30, film.Tile)
		f.Fill(film.Path("M-160 26C-170 -26 -150 -40 -120 ", -40+chest, "C-84 ", -42+chest*1.1, " 0 -30 40 -18V26Z"), film.Glaze)
		f.Line("M-116 6L-60 16L4 18", 22, film.Tile)
		f.Disc(-200, 0, 30, film.Skin)
		f.Fill("M-232 4C-234 -34 -190 -44 -176 -26C-196 -22 -206 -6 -208 24C-222 24 -230 16 -232 4Z", film.Tile)
	})
}

func finding(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, film.Sand)
	f.Line("M0 560H1280", 6, film.Ink)
	lying(f, 600, 530, 1.1, 0)
	in := s.In("look")
	walk := film.Ease(film.Span(in, -1.2, 0.6))
	x := film.Mix(980, 552, walk)
	pose := film.Stand()
	if walk > 0.02 && walk < 0.98 {
		pose = film.Walk(s.T / 0.7)
	}
	tap := film.Ease(film.Span(in, 0.9, 1.5))
	drop := 58 * tap
	pose = film.Between(pose, film.Pose{Lean: 34, Arm: 62 + 6*film.Wave(s.T, 0.5, 0), Fore: 66 + 10*film.Wave(s.T, 0.5, 0), Arm2: 40, Fore2: 60, Leg: 84, Shin: -4, Leg2: 16, Shin2: -88}, tap)
	f.Group(film.Mirror(x, 556-(106-drop), 1.1), 1, func() { f.Person(pose, film.Look{Body: film.Brand}) })
	f.Group("", tap*(1-film.Span(in, 3, 3.4)), func() {
		for i := range 3 {
			r := 26 + 26*math.Mod(float64(i)+s.T*1.4, 3)
			f.Line(film.Path("M", 470-r*0.8, 330-r*0.5, "A", r, r, "0 0 0 ", 470-r*0.8, 330+r*0.5), 6, film.Ink)
		}
	})
	at := s.Cue("look", 1) - s.At("look")
	f.Group("", s.Move("look", at, at+0.4)*(1-s.From("send")), func() {
		f.Word(700, 220, 52, film.Start, film.Ink, "", "没反应")
		f.Word(700, 296, 52, film.Start, film.Ink, "", "没呼吸，或叹气样喘")
	})
	f.Group("", s.From("send"), func() {
		call := s.Move("send", 0, 0.6)
		f.Group(film.Facing(film.Mix(1340, 1000, call), 560, 1), 1, func() {
			f.Person(film.Pose{Arm: 30, Fore: 160, Arm2: -8, Fore2: 4, Leg: 3, Leg2: -5, Shin2: -7}, film.Look{Body: film.Plum})
		})
		run := s.Move("send", 1.4, 3.4)
		f.Group(film.Standing(film.Mix(1120, 1380, run), 560, 1), film.Span(s.In("send"), 0, 0.3), func() {
			f.Person(film.Walk(s.T/0.55), film.Look{Body: film.Kiln})
		})
		f.Word(950, 300, 64, film.Middle, film.Brick, "", "120")
		f.Group("", s.Move("send", 1.4, 1.8), func() { f.Word(1160, 300, 64, film.Middle, film.Brick, "", "AED") })
	})
}

// beatOf is how deep the chest is pressed, from 0 to 1, at 110 a minute.
func beatOf(t float64) float64 {
	p := film.Cycle(t, 60.0/110, 0)
	return math.Pow(math.Sin(math.Pi*p), 2)
}

// rescuer kneels with straight arms over the chest at the origin.
func rescuer(f *film.Frame, press float64, body string) {
	shoulder := film.Point{X: 10, Y: -226 + press}
	hip := film.Point{X: 170, Y: -92 + press*0.3}
	f.Line(film.Path("M", hip.X, hip.Y, "L 120 44 L 236 50"), 40, film.Ink)
	f.Line(film.Path("M", hip.X, hip.Y, "L", shoulder.X+14, shoulder.Y-6), 58, body)
	f.Disc(shoulder.X-16, shoulder.Y-62, 42, film.Ink)
	f.Line(film.Path("M", shoulder.X, shoulder.Y, "L 0 ", -52+press), 34, body)
	f.Line(film.Path("M 0 ", -60+press, "L 0 ", -30+press), 30, film.Skin)
	f.Shape(film.Path("M-32 ", -34+press, "h64v24h-64Z"), film.Skin, 5)
	f.Line(film.Path("M-30 ", -22+press, "h60"), 4, film.Ink)
}

// patient lies still where nobody presses.
func patient(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, film.Sand)
	f.Line("M0 560H1280", 6, film.Ink)
	going := s.From("rate") * (1 - s.Move("aed", -0.3, 0))
	if s.In("until") > 0 {
		going = s.From("until")
	}
	lying(f, 640, 516, 1.5, 36*beatOf(s.T)*going)
}

func pressing(f *film.Frame, s film.Show) {
	going := s.From("rate")
	depth := 58 * beatOf(s.T) * going
	place := s.Move("where", 1.4, 2.6)
	f.Group(film.Place(468, film.Mix(420, 505, place), 0, 1), film.Span(place, 0, 0.2), func() { rescuer(f, depth, film.Brand) })
	f.Group("", s.On("where", "where"), func() {
		p := s.Move("where", 2.6, 3.2)
		f.Ring(468, 500, 64-20*p, 7, film.Brick)
		f.Group("", p, func() {
			f.Line("M524 478L700 330", 5, film.Ink)
			f.Word(714, 320, 52, film.Start, film.Ink, "", "胸骨下半段")
			f.Word(714, 190, 52, film.Start, film.Ink, "", "手臂伸直")
			f.Line("M494 250L700 176", 5, film.Ink)
		})
	})
	f.Group("", s.On("rate", "rate"), func() {
		f.Word(760, 200, 56, film.Start, film.Ink, "", "每分钟")
		f.Word(760, 292, 84, film.Start, film.Brick, "", "100到120次")
		for i := range 8 {
			on := math.Mod(math.Floor(s.In("rate")*110/60), 8) == float64(i)
			colour := film.Cloud
			if on {
				colour = film.Loquat
			}
			f.Disc(780+56*float64(i), 372, 17, colour)
			f.Ring(780+56*float64(i), 372, 17, 4, film.Ink)
		}
	})
	f.Group("", s.On("deep", "deep"), func() { gauge(f, s, depth/58) })
	f.Group("", s.On("only", "only"), func() { f.Slip(700, 180, "只按不吹，也有用", s.Move("only", 0.2, 0.6)) })
	f.Group("", s.On("until", "until"), func() {
		p := s.Move("until", 0.6, 2.2)
		f.Group(film.Facing(film.Mix(1330, 1050, p), 560, 1.1), 1, func() {
			pose := film.Stand()
			if p < 0.98 {
				pose = film.Walk(s.T / 0.7)
			}
			f.Person(pose, film.Look{Body: film.White})
			f.Line("M-14 -46h28M0 -60v28", 8, film.Plum)
		})
		f.Slip(640, 120, "不停，直到有人接手", s.Move("until", 0.2, 0.6))
	})
}

// gauge is the depth of each push on a ruler of centimetres.
func gauge(f *film.Frame, s film.Show, p float64) {
	const left, top, cm = 860.0, 110.0, 54.0
	f.Box(left-20, top-40, 400, 420, 8, film.White, film.Ink, 4)
	f.Rect(left+110, top+5*cm, 250, cm, 0, "#DDE6C6")
	f.Line(film.Path("M", left+110, top, "V", top+6.6*cm), 6, film.Ink)
	for i := range 7 {
		f.Line(film.Path("M", left+110, top+cm*float64(i), "h", 26), 5, film.Ink)
	}
	for _, i := range []int{0, 5, 6} {
		f.Word(left+90, top+16+cm*float64(i), 46, film.Tail, film.Ink, "", []string{"0", "", "", "", "", "5", "6"}[i])
	}
	f.Word(left+210, top+5*cm+44, 46, film.Start, film.Moss, "", "厘米")
	y := top + 5.5*cm*p
	f.Line(film.Path("M", left+180, top-24, "V", y), 16, film.Glaze)
	f.Dot(left+180, y, 20)
	f.Group("", s.Move("deep", s.Cue("deep", 1)-s.At("deep"), s.Cue("deep", 1)-s.At("deep")+0.4), func() {
		f.Arrow(left+330, top+5*cm-10, left+330, top+10, 10, film.Ink)
		f.Word(left+304, top+2*cm, 44, film.Tail, film.Ink, film.White, "弹起")
	})
}

func swapping(f *film.Frame, s film.Show) {
	depth := 58 * beatOf(s.T)
	p := s.Move("swap", 0.5, 1.1)
	f.Group(film.Place(468+360*p, 505-30*p, 0, 1), 1-p, func() { rescuer(f, depth*(1-p), film.Brand) })
	f.Group(film.Place(468-200*(1-p), 505, 0, 1), p, func() { rescuer(f, depth*p, film.Kiln) })
	f.Slip(740, 150, "每2分钟换人", s.Move("swap", 0, 0.3))
}

// shock is the machine at work; people stand back while it does.
func shock(f *film.Frame, s film.Show) {
	f.Line("M444 478C460 330 740 330 900 430M560 500C640 420 780 420 900 460", 6, film.Ink)
	f.Box(424, 452, 44, 34, 6, film.White, film.Ink, 5)
	f.Box(540, 476, 44, 34, 6, film.White, film.Ink, 5)
	f.Box(870, 380, 190, 150, 16, film.Loquat, film.Ink, 6)
	f.Word(965, 476, 56, film.Middle, film.Ink, "", "AED")
	in := s.In("aed")
	f.Group("", film.Span(in, 0.2, 0.5), func() {
		for i := range 3 {
			r := 24 + 26*math.Mod(float64(i)+s.T*1.2, 3)
			f.Line(film.Path("M", 1080+r*0.7, 430-r*0.6, "A", r, r, "0 0 1 ", 1080+r*0.7, 430+r*0.6), 6, film.Ink)
		}
	})
	at := s.Cue("aed", 1) - s.At("aed")
	back := s.Move("aed", at-0.2, at+0.8)
	for i, body := range []string{film.Brand, film.Plum} {
		x := film.Mix(170+float64(i)*90, 70+float64(i)*80, back)
		f.Group(film.Facing(x, 556, 1), 1, func() {
			f.Person(film.Between(film.Stand(), film.Pose{Lean: -4, Arm: -30, Fore: -60, Arm2: 60, Fore2: 120, Leg: 8, Leg2: -10, Shin2: -12}, back), film.Look{Body: body})
		})
	}
	f.Slip(560, 70, "先开机，照语音做", s.Move("aed", 0.1, 0.5)*(1-s.Move("aed", at-0.6, at-0.3)))
	f.Slip(560, 70, "谁也别碰病人", back)
}
