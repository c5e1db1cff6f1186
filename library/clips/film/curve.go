package film

import "math"

// Point is a place on the stage.
type Point struct{ X, Y float64 }

// Smooth is the path data of a curve through points, without a first M where
// it goes on from elsewhere.
func Smooth(points []Point) string {
	if len(points) == 0 {
		return ""
	}
	d := Path("M", points[0].X, points[0].Y)
	return d + On(points)
}

// On is Smooth from a pen that stands at the first point.
func On(points []Point) string {
	d := ""
	for i := 0; i+1 < len(points); i++ {
		before, a, b, after := points[max(i-1, 0)], points[i], points[i+1], points[min(i+2, len(points)-1)]
		d += Path("C", a.X+(b.X-before.X)/6, a.Y+(b.Y-before.Y)/6, b.X-(after.X-a.X)/6, b.Y-(after.Y-a.Y)/6, b.X, b.Y)
	}
	return d
}

// Along is the point that lies p of the way along straight pieces.
func Along(points []Point, p float64) Point {
	total := 0.0
	for i := 1; i < len(points); i++ {
		total += math.Hypot(points[i].X-points[i-1].X, points[i].Y-points[i-1].Y)
	}
	left := total * min(1, max(0, p))
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		piece := math.Hypot(b.X-a.X, b.Y-a.Y)
		if left <= piece && piece > 0 {
			return Point{Mix(a.X, b.X, left/piece), Mix(a.Y, b.Y, left/piece)}
		}
		left -= piece
	}
	return points[len(points)-1]
}

// Surface is the closed path of a body of water with ripples on top, from left
// to right and down to the bottom.
func Surface(left, right, top, bottom, height, length, shift float64) string {
	var points []Point
	for x := left; x <= right+1; x += 20 {
		points = append(points, Point{min(x, right), top + height*math.Sin(2*math.Pi*(x-shift)/length)})
	}
	return Smooth(points) + Path("L", right, bottom, "L", left, bottom, "Z")
}
