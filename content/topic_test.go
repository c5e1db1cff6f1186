package content

import "testing"

func TestSeedTopics(t *testing.T) {
	top, children := 0, 0
	seen := map[string]Topic{}
	for _, topic := range SeedTopics() {
		if _, twice := seen[topic.Key]; twice {
			t.Errorf("%s stands twice", topic.Key)
		}
		if problems := topic.Check(); len(problems) > 0 {
			t.Errorf("%s: %v", topic.Key, problems)
		}
		if topic.Parent == "" {
			top++
		} else {
			children++
			parent, ok := seen[topic.Parent]
			if !ok || parent.Parent != "" || !InTopic(topic.Key, topic.Parent) {
				t.Errorf("%s does not stand behind a top-level parent", topic.Key)
			}
		}
		seen[topic.Key] = topic
	}
	if top != 11 || children != 40 {
		t.Errorf("%d topics with %d below, want 11 with 40", top, children)
	}
	for key, name := range map[string]string{
		"emergency-weather": "气象灾害", "nature-weather": "天气气候", "farming-fruit-tea": "茶果",
		"city-water": "水与海绵城市", "emergency-water": "涉水安全",
	} {
		if seen[key].Name != name {
			t.Errorf("%s is %q, want %q", key, seen[key].Name, name)
		}
	}
}

func TestInTopic(t *testing.T) {
	for _, c := range []struct {
		key, above string
		want       bool
	}{
		{"emergency-weather", "emergency", true}, {"emergency", "emergency", true}, {"emergency", "", true},
		{"emergency", "emergency-weather", false}, {"emergencyx", "emergency", false},
	} {
		if InTopic(c.key, c.above) != c.want {
			t.Errorf("InTopic(%q, %q) is not %v", c.key, c.above, c.want)
		}
	}
}
