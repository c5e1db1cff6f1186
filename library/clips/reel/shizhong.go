package reel

import (
	"math"

	"kepu/library/clips/film"
)

// shizhong: what floats falls, and never lands.
func shizhong() *film.Clip {
	return &film.Clip{
		Slug:     "shizhong",
		Question: []string{"空间站里有重力，", "人为什么会飘？"},
		Pace:     film.Brisk,
		Ground:   film.Deep,
		Poster:   film.Poster{At: "orbit", In: 3.0, Left: 10},
		Sources:  []string{"中国载人航天工程办公室公开资料", "航天教材；轨道速度为自算", "浙里科普编辑部事实清单"},
		Script: []film.Beat{
			{Name: "ask", Say: "空间站里有重力，/人为什么会飘？", Hold: 0.4, Chapter: "有重力，也会飘"},
			{Name: "high", Say: "空间站离地约400千米，|那里的重力，/还有地面的约88.5%。", Hold: 0.6},
			{Name: "throw", Say: "想象在高山上/平着打出一颗炮弹：|慢的落得近，/快些的落得远。", Hold: 0.8, Chapter: "牛顿的大炮"},
			{Name: "drop", Say: "不管快慢，/第一秒都落下约4.9米。", Hold: 0.8},
			{Name: "curve", Say: "地面是弯的：/走出7.9千米，|地面自己也弯下去/约4.9米。", Hold: 0.6},
			{Name: "orbit", Say: "一秒走7.9千米，/落多少，地面退多少。|永远追不上，/这样的路叫轨道。", Hold: 0.8, Chapter: "永远追不上"},
			{Name: "float", Say: "人和飞船一起往下掉，/所以飘着。", Hold: 1.2, Chapter: "一起往下掉"},
			{Name: "jump", Say: "蹦床腾空的一刻，/你也飘过。", Hold: 1.2},
			{Name: "end", Say: "想在家做个小实验，/看配套的文章。"},
		},
		Draw: func(f *film.Frame, s film.Show) {
			f.Rect(0, 0, film.Width, film.Height, 0, film.Deep)
			stars(f)
			f.Group("", 1-s.Move("throw", -0.3, 0.2), func() { stationIsNear(f, s) })
			f.Group("", s.On("throw", "throw")+s.On("orbit", "orbit"), func() { cannon(f, s) })
			f.Group("", s.On("drop", "drop"), func() { sameDrop(f, s) })
			f.Group("", s.On("curve", "curve"), func() { groundBends(f, s) })
			f.Group("", s.On("float", "float"), func() { cabin(f, s) })
			f.Group("", s.From("jump"), func() { trampoline(f, s) })
		},
	}
}

func stars(f *film.Frame) {
	for i := range 60 {
		f.Disc(film.Width*film.Chance(i, 11), film.Height*film.Chance(i, 12), 1+2*film.Chance(i, 13), film.Slate)
	}
}

// stationIsNear shows Earth and the station's height to one scale: 1 700 px are
// 6 371 km, so 400 km are 107.
func stationIsNear(f *film.Frame, s film.Show) {
	const r, cx, cy, up = 1700.0, 640.0, 2230.0, 107.0
	f.Disc(cx, cy, r+26, "#17423A")
	f.Disc(cx, cy, r, film.Water)
	f.Fill("M420 560C520 540 600 556 640 580C720 600 700 660 620 680C540 690 440 640 420 560Z", film.Shoal)
	a := film.Mix(-0.24, 0.05, film.Span(s.T, 0, s.At("throw")))
	x, y := cx+(r+up)*math.Sin(a), cy-(r+up)*math.Cos(a)
	f.Dash(film.Path("M", cx-700, cy-math.Sqrt((r+up)*(r+up)-490000), "A", r+up, r+up, "0 0 1 ", cx+700, cy-math.Sqrt((r+up)*(r+up)-490000)), 4, film.Gold, 2, 16, 0)
	p := s.Move("high", 2.2, 3.4)
	f.Arrow(x, y, x-math.Sin(a)*96*p, y+math.Cos(a)*96*p, 13, film.Gold)
	gx, gy := cx+r*math.Sin(0.22), cy-r*math.Cos(0.22)
	f.Group("", p, func() {
		f.Disc(gx, gy, 10, film.Pale)
		f.Arrow(gx, gy, gx-math.Sin(0.22)*109*p, gy+math.Cos(0.22)*109*p, 13, film.Pale)
		f.Word(gx+30, gy+80, 44, film.Start, film.Pale, "", "地面")
		f.Word(x+40, y+74, 46, film.Start, film.Gold, film.Water, "约88.5%")
	})
	f.Group(film.Place(x, y, a*180/math.Pi, 1), 1, func() { station(f) })
	f.Group("", s.On("high", "high"), func() { f.Word(x, y-90, 46, film.Middle, film.Pale, film.Deep, "离地约400千米") })
}

func station(f *film.Frame) {
	for _, side := range []float64{-1, 1} {
		f.Box(side*84-38, -26, 76, 52, 3, film.Glaze, film.Pale, 4)
		f.Line(film.Path("M", side*84, -26, "V26M", side*84-38, 0, "H", side*84+38), 3, film.Pale)
	}
	f.Line("M-46 0H46", 6, film.Pale)
	f.Box(-30, -16, 60, 32, 12, film.White, film.Pale, 3)
	f.Dot(0, 0, 9)
}

// The cannon's Earth.
const (
	earthX, earthY = 430.0, 400.0
	earthR         = 186.0
	peak           = 240.0 // the muzzle from the centre
)

// flight is the path of a ball fired level from the peak at a share of the
// speed of a circle, until it meets the ground, in steps of time.
func flight(speed float64) []film.Point {
	const dt = 0.012
	x, y := 0.0, -peak
	gm := 1.0
	v := speed * math.Sqrt(gm/peak)
	scale := peak * math.Sqrt(peak/gm) // one radian of a circle
	vx, vy := v, 0.0
	points := []film.Point{{X: earthX + x, Y: earthY + y}}
	for range 2000 {
		r := math.Hypot(x, y)
		step := dt * scale
		vx -= gm * x / (r * r * r) * step
		vy -= gm * y / (r * r * r) * step
		x, y = x+vx*step, y+vy*step
		if r < earthR+4 || len(points) > 523 {
			break
		}
		points = append(points, film.Point{X: earthX + x, Y: earthY + y})
	}
	return points
}

// fly draws the ball and its track p of the way.
func fly(f *film.Frame, speed, p float64, colour string) film.Point {
	points := flight(speed)
	n := int(p * float64(len(points)-1))
	if n < 1 {
		return points[0]
	}
	var track []film.Point
	for i := 0; i <= n; i += 6 {
		track = append(track, points[i])
	}
	track = append(track, points[n])
	f.Line(film.Smooth(track), 6, colour)
	return points[n]
}

func cannon(f *film.Frame, s film.Show) {
	f.Disc(earthX, earthY, earthR, film.Water)
	f.Fill("M320 340C380 300 420 350 460 320C480 370 420 430 350 420Z", film.Shoal)
	f.Fill(film.Path("M", earthX-52, earthY-earthR+12, "L", earthX, earthY-peak+4, "L", earthX+52, earthY-earthR+12, "Z"), film.Sand)
	f.Group(film.Place(earthX, earthY-peak, -6, 1), 1, func() { f.Line("M-34 4H8", 20, film.Slate) })
	f.Word(earthX, earthY+90, 46, film.Middle, film.White, "", "地球")
	at := s.Cue("throw", 1) - s.At("throw")
	orbit := s.In("orbit") >= -0.2
	a, b := film.Span(s.In("throw"), at-0.2, at+1.1), film.Span(s.In("throw"), at+1.3, at+3.1)
	if orbit {
		a, b = 1, 1
	}
	one, two := fly(f, 0.7, a, film.Pale), fly(f, 0.92, b, film.Pale)
	if a > 0 && a < 1 {
		f.Dot(one.X, one.Y, 14)
	}
	if b > 0 && b < 1 {
		f.Dot(two.X, two.Y, 14)
	}
	if a == 0 {
		f.Dot(earthX, earthY-peak, 14)
	}
	f.Group("", film.Span(a, 0.5, 1), func() { f.Word(800, 200, 48, film.Start, film.Pale, "", "慢，落得近") })
	f.Group("", film.Span(b, 0.5, 1), func() { f.Word(800, 300, 48, film.Start, film.Pale, "", "快些，落得远") })
	if orbit {
		turn := film.Span(s.In("orbit"), 0.2, 4.0)
		c := fly(f, 1, turn, film.Gold)
		if turn >= 1 {
			points := flight(1)
			c = points[int(film.Cycle(s.In("orbit")-4.0, 3.8, 0)*float64(len(points)-1))]
		}
		f.Dot(c.X, c.Y, 16)
		f.Group("", s.Move("orbit", 0.6, 1.1), func() { f.Word(800, 400, 48, film.Start, film.Gold, "", "每秒7.9千米") })
		f.Group("", s.Move("orbit", 4.2, 4.7), func() { f.Word(800, 500, 48, film.Start, film.Gold, "", "总也落不着") })
	}
}

// sameDrop is one second, shown in two: a slow ball and a fast one stay level.
func sameDrop(f *film.Frame, s film.Show) {
	f.Rect(0, 560, film.Width, 160, 0, film.Water)
	f.Fill("M0 190H170V560H0Z", film.Sand)
	t := film.Span(s.In("drop"), 0.7, 2.9)
	y := 170 + 320*t*t
	f.Dash(film.Path("M170 ", y, "H1230"), 4, film.Slate, 2, 14, 0)
	for i, reach := range []float64{260, 620} {
		var track []film.Point
		for k := range 13 {
			q := t * float64(k) / 12
			track = append(track, film.Point{X: 190 + reach*q, Y: 170 + 320*q*q})
		}
		f.Line(film.Smooth(track), 5, film.Pale)
		f.Dot(190+reach*t, y, 18)
		f.Group("", film.Span(t, 0.2, 0.5), func() {
			f.Word(190+reach*t+34, y-20, 44, film.Start, film.Pale, film.Deep, []string{"慢", "快"}[i])
		})
	}
	f.Group("", film.Span(t, 0.55, 1), func() {
		f.Line("M1190 170V490M1172 170H1208M1172 490H1208", 6, film.Gold)
		f.Word(1166, 300, 48, film.Tail, film.Gold, film.Deep, "约4.9米")
	})
	f.Word(640, 110, 46, film.Middle, film.Pale, "", "第一秒")
}

// groundBends: the ball falls as the ground falls away, and keeps its height.
func groundBends(f *film.Frame, s film.Show) {
	const r, cx, top, high = 1400.0, 230.0, 360.0, 70.0
	f.Disc(cx, top+r, r, film.Water)
	f.Line(film.Path("M", cx-230, top+r-math.Sqrt(r*r-230*230), "A", r, r, "0 0 1 ", cx+1100, top+r-math.Sqrt(r*r-1100*1100)), 6, film.Pale)
	f.Dash(film.Path("M", cx, top-high, "H1120"), 5, film.Slate, 14, 14, 0)
	p := s.Move("curve", 0.4, 4.6)
	x := cx + 720*p
	fall := r - math.Sqrt(r*r-720*720*p*p)
	var track []film.Point
	for k := range 15 {
		q := p * float64(k) / 14
		track = append(track, film.Point{X: cx + 720*q, Y: top - high + r - math.Sqrt(r*r-720*720*q*q)})
	}
	f.Line(film.Smooth(track), 6, film.Gold)
	f.Line(film.Path("M", x, top-high+fall+18, "V", top+fall), 4, film.Pale)
	f.Line(film.Path("M", x, top-high, "V", top-high+fall-18), 6, film.Gold)
	f.Dot(x, top-high+fall, 18)
	f.Group("", s.Move("curve", 0.8, 1.4), func() { f.Word(600, 250, 48, film.Middle, film.Pale, film.Deep, "走出7.9千米") })
	f.Group("", s.Move("curve", 3.4, 4), func() {
		f.Word(980, 386, 48, film.Start, film.Gold, film.Deep, "球落约4.9米")
		f.Word(640, 566, 48, film.Middle, film.White, film.Water, "地面也弯下约4.9米")
	})
}

// cabin is the inside of a ship on its way, everything falling alike.
func cabin(f *film.Frame, s film.Show) {
	t := s.In("float")
	f.Disc(640, 1700, 1180, film.Water)
	f.Group(film.Place(640+14*t, 318+2*t*t, -3+1.2*t, 1), 1, func() {
		f.Box(-360, -190, 720, 330, 70, film.Sheet, film.Pale, 10)
		f.Box(-310, -130, 110, 100, 20, film.Mist, film.Slate, 6)
		f.Line("M-320 100H320M200 -150V60", 6, film.Cloud)
		f.Group(film.Place(10+8*film.Wave(t, 5, 0), -20+8*film.Wave(t, 4, 0.2), 72+6*film.Wave(t, 6, 0), 1.16), 1, func() {
			f.Person(film.Pose{Lean: 6, Arm: 70 + 8*film.Wave(t, 3, 0), Fore: 100, Arm2: -40, Fore2: -10, Leg: 24, Shin: -20, Leg2: -8, Shin2: -50}, film.Look{Body: film.Brand})
		})
		f.Disc(236+10*film.Wave(t, 4, 0.5), -60+8*film.Wave(t, 5, 0), 24, film.Shoal)
		f.Disc(278, -20+9*film.Wave(t, 4, 0.1), 11, film.Shoal)
		f.Dot(-190+6*film.Wave(t, 5, 0.3), 20+8*film.Wave(t, 4, 0.6), 14)
	})
	p := s.Move("float", 0.3, 1.5)
	for _, x := range []float64{300, 660, 1020} {
		f.Arrow(x+14*t, 490+2*t*t, x+14*t, 490+2*t*t+80*p, 13, film.Gold)
	}
	f.Word(640, 80, 50, film.Middle, film.Gold, film.Deep, "一起往下掉")
}

// trampoline: thrown up, one floats as well.
func trampoline(f *film.Frame, s film.Show) {
	f.Rect(0, 0, film.Width, film.Height, 0, film.Paper)
	f.Rect(0, 570, film.Width, 150, 0, film.Shoal)
	const period = 1.7
	p := film.Cycle(s.In("jump"), period, 0.12)
	air := film.Span(p, 0.12, 1)
	high := 4 * air * (1 - air) * 210
	sag := 0.0
	if p < 0.12 {
		high, sag = 0, 34*math.Sin(math.Pi*p/0.12)
	}
	f.Line(film.Path("M400 470Q640 ", 470+sag*2, 880, 470), 10, film.Ink)
	f.Line("M400 470L360 580M880 470L920 580M400 470L440 580M880 470L840 580", 10, film.Ink)
	up := film.Span(high, 30, 150)
	f.Group(film.Standing(640, 464+sag-high, 1), 1, func() {
		f.Person(film.Between(film.Stand(), film.Pose{Arm: 120, Fore: 140, Arm2: -120, Fore2: -140, Leg: 24, Shin: -6, Leg2: -24, Shin2: -44}, up), film.Look{Body: film.Plum})
	})
	f.Dot(770, 330+sag-high, 14)
	f.Group("", up, func() { f.Word(860, 190, 50, film.Start, film.Ink, film.Paper, "腾空的一刻") })
}
