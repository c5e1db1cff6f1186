package content

// Audience is one of the five groups of the plan. It says for whom, never how
// a page looks.
type Audience string

const (
	Youth     Audience = "youth"
	Farmers   Audience = "farmers"
	Workers   Audience = "workers"
	Seniors   Audience = "seniors"
	Officials Audience = "officials"
)

// Audiences are all five in the order pages show them.
var Audiences = [...]Audience{Youth, Farmers, Workers, Seniors, Officials}

// Name is the audience's full Chinese name; "" for an unknown one.
func (a Audience) Name() string {
	switch a {
	case Youth:
		return "青少年"
	case Farmers:
		return "农民"
	case Workers:
		return "产业工人"
	case Seniors:
		return "老年人"
	case Officials:
		return "领导干部和公务员"
	}
	return ""
}

// Valid tells whether a is one of the five.
func (a Audience) Valid() bool { return a.Name() != "" }

// Reading levels, from the editorial guide.
const (
	LevelEasy  = "easy"
	LevelPlain = "plain"
	LevelFull  = "full"
)
