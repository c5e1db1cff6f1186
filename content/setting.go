package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"kepu/content/words"
	"kepu/journal"
)

// Names of settings; there are no others. A list of words too long for one
// setting goes on in words-2, words-health and the like.
const (
	SettingSite   = "site"
	SettingGrey   = "grey"
	SettingReview = "review" // ReviewRules
	SettingGate   = "gate"
	SettingWords  = "words"
)

// wordsMore begins the names of further lists of words.
const wordsMore = SettingWords + "-"

// Site is the setting "site": what every page says of the platform. What is
// empty, the program's own words fill.
type Site struct {
	Name      string `json:"name,omitempty"`
	Motto     string `json:"motto,omitempty"`
	Provider  string `json:"provider,omitempty"` // 主办单位
	ICP       string `json:"icp,omitempty"`
	Police    string `json:"police,omitempty"` // 公安联网备案号
	Code      string `json:"code,omitempty"`   // 网站标识码
	Phone     string `json:"phone,omitempty"`  // may be dialled as it stands
	PhoneNote string `json:"phone_note,omitempty"`
}

// Shapes of what the authorities give out: 浙ICP备12345678号-1, 浙公网安备
// 33010602001234号, ten digits for a government site.
var (
	icpShape    = regexp.MustCompile(`^\p{Han}ICP(备|证)[0-9]{5,12}号(-[0-9]{1,3})?$`)
	policeShape = regexp.MustCompile(`^\p{Han}公网安备 ?[0-9]{14}号$`)
	codeShape   = regexp.MustCompile(`^[0-9A-Za-z]{8,20}$`)
	phoneShape  = regexp.MustCompile(`^\+?[0-9][0-9-]{1,18}[0-9]$`)
)

// Check brings s to its regular form and says what is wrong with it.
func (s *Site) Check() []journal.Problem {
	var p problems
	p.text("name", "网站名称", &s.Name, 20)
	p.text("motto", "网站口号", &s.Motto, maxName)
	p.text("provider", "主办单位", &s.Provider, maxName)
	p.text("icp", "ICP 备案号", &s.ICP, maxName)
	p.text("police", "公安备案号", &s.Police, maxName)
	p.text("code", "网站标识码", &s.Code, maxName)
	p.text("phone", "热线电话", &s.Phone, 20)
	p.text("phone_note", "热线说明", &s.PhoneNote, maxName)
	for _, f := range []struct {
		field, value string
		shape        *regexp.Regexp
		message      string
	}{
		{"icp", s.ICP, icpShape, "ICP 备案号应写成“浙ICP备12345678号-1”这样"},
		{"police", s.Police, policeShape, "公安备案号应写成“浙公网安备 33010602001234号”这样"},
		{"code", s.Code, codeShape, "网站标识码是 8 到 20 位数字或字母"},
		{"phone", s.Phone, phoneShape, "热线电话只能有数字和连字符，例如 12345 或 0571-87054000"},
	} {
		if f.value != "" && !f.shape.MatchString(f.value) {
			p.add(f.field, "%s", f.message)
		}
	}
	return p
}

// Grey is the setting "grey": between two instants every page is without
// colour. Neither set: never.
type Grey struct {
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"` // exclusive
}

// At tells whether pages are grey at an instant.
func (g Grey) At(t time.Time) bool { return !t.Before(g.From) && t.Before(g.Until) }

// Check brings g to its regular form and says what is wrong with it.
func (g *Grey) Check() []journal.Problem {
	var p problems
	if g.From.IsZero() && g.Until.IsZero() {
		return nil
	}
	g.From, g.Until = journal.Milli(g.From), journal.Milli(g.Until)
	if p.year("from", "开始时间", g.From) && p.year("until", "结束时间", g.Until) && !g.From.Before(g.Until) {
		p.add("until", "结束时间应在开始时间之后")
	}
	return p
}

// GateSetting is the setting "gate".
type GateSetting struct {
	Blocking []string `json:"blocking,omitempty"` // codes of advice that stop publication here
}

// adviceCodes are what the gate may advise.
func adviceCodes() []string {
	return []string{
		"source", "reviewer", "plain", "summary", "references", "topic", "cover", "level",
		"length", "recheck", CodeWords, CodeOutside,
	}
}

// Check brings g to its regular form and says what is wrong with it.
func (g *GateSetting) Check() []journal.Problem {
	var p problems
	g.Blocking = unique(g.Blocking)
	slices.Sort(g.Blocking)
	for i, code := range g.Blocking {
		p.oneOf(fmt.Sprintf("blocking[%d]", i), "门槛", code, adviceCodes()...)
	}
	return p
}

// WordList is a setting "words" or "words-…": 错敏词.
type WordList struct {
	List []Word `json:"list"`
}

// Word is one listed word. However it is spelt, it is the same word: see package
// words.
type Word struct {
	Word    string `json:"word"`
	Level   string `json:"level"`             // block or advise
	Instead string `json:"instead,omitempty"` // what to write in its place
	Note    string `json:"note,omitempty"`    // why
}

// Check brings l to its regular form and says what is wrong with it.
func (l *WordList) Check() []journal.Problem {
	var p problems
	if len(l.List) > maxListed {
		p.add("list", "一个词表最多 %d 个词，多的放进名称以 %s 开头的另一个词表", maxListed, wordsMore)
		return p
	}
	l.List = slices.Clone(l.List)
	seen := make(map[string]int, len(l.List))
	for i := range l.List {
		w, at := &l.List[i], fmt.Sprintf("list[%d].", i)
		p.needed(at+"word", "词语", &w.Word, words.MaxWord)
		p.oneOf(at+"level", "处理", w.Level, words.Block, words.Advise)
		p.text(at+"instead", "替换建议", &w.Instead, maxName)
		p.text(at+"note", "说明", &w.Note, maxName)
		folded := words.Folded(w.Word)
		switch before, twice := seen[folded]; {
		case w.Word == "":
		case folded == "":
			p.add(at+"word", "“%s”里没有可以比对的字", shown(w.Word))
		case len([]rune(folded)) > words.MaxWord:
			p.add(at+"word", "词语太长：最多 %d 字", words.MaxWord)
		case twice:
			p.add(at+"word", "“%s”和第 %d 个词是同一个词", shown(w.Word), before+1)
		default:
			seen[folded] = i
		}
	}
	if l.List == nil {
		l.List = []Word{}
	}
	return p
}

// Largest settings, in bytes of JSON. The gate reads every list of words: there
// may be maxWordLists with maxListed words each, well below words.MaxWords.
const (
	maxSetting   = 64 << 10
	maxWords     = 512 << 10
	maxListed    = 5_000
	maxWordLists = 10
)

// setting is a checked setting: its regular form.
type setting interface{ Check() []journal.Problem }

// settingOf gives an empty setting of that name; nil where there is none such.
func settingOf(name string) (into setting, most int) {
	switch {
	case name == SettingSite:
		return &Site{}, maxSetting
	case name == SettingGrey:
		return &Grey{}, maxSetting
	case name == SettingReview:
		return &ReviewRules{}, maxSetting
	case name == SettingGate:
		return &GateSetting{}, maxSetting
	case isWords(name):
		return &WordList{}, maxWords
	}
	return nil, 0
}

// isWords tells whether a setting of that name is a list of words.
func isWords(name string) bool {
	more, ok := strings.CutPrefix(name, wordsMore)
	return name == SettingWords || ok && isWord(more) && len(name) <= slugMost
}

// ReadSetting checks a setting as the studio sends it and gives its regular
// form as it is kept; *journal.Invalid names what is wrong, an unknown name and
// unknown members included.
func ReadSetting(name string, raw []byte) (map[string]json.RawMessage, error) {
	var p problems
	into, most := settingOf(name)
	switch {
	case into == nil:
		p.add("name", "没有“%s”这个设置；可用：%s，以及以 %s 开头的词表", shown(name), strings.Join([]string{SettingSite, SettingGrey, SettingReview, SettingGate, SettingWords}, "、"), wordsMore)
	case len(raw) > most:
		p.add("value", "设置太大：最多 %d 字节", most)
	}
	if err := p.invalid(); err != nil {
		return nil, err
	}
	members, problem := members(raw)
	if problem == "" {
		problem = decodeSetting(members, into)
	}
	if problem != "" {
		p.add("value", "%s", problem)
		return nil, p.invalid()
	}
	if p = into.Check(); len(p) > 0 {
		return nil, p.invalid()
	}
	regular, err := json.Marshal(into)
	if err != nil {
		return nil, fmt.Errorf("setting %s: %w", name, err)
	}
	var kept map[string]json.RawMessage
	if err := json.Unmarshal(regular, &kept); err != nil {
		return nil, fmt.Errorf("setting %s: %w", name, err)
	}
	kept["v"] = json.RawMessage(fmt.Sprint(Format))
	return kept, nil
}

// members takes a JSON object apart, without the v that the desk sets; the
// problem is Chinese.
func members(raw []byte) (all map[string]json.RawMessage, problem string) {
	canonical, err := journal.Canonical(raw)
	var invalid *journal.Invalid
	switch {
	case errors.As(err, &invalid):
		return nil, "设置不是规范的 JSON：" + invalid.Error()
	case err != nil || json.Unmarshal(canonical, &all) != nil || all == nil:
		return nil, "设置应是一个 JSON 对象"
	}
	delete(all, "v")
	return all, ""
}

func decodeSetting(members map[string]json.RawMessage, into setting) (problem string) {
	raw, err := json.Marshal(members)
	if err != nil {
		return "设置应是一个 JSON 对象"
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &kind):
		return fmt.Sprintf("“%s”的值类型不对", shown(kind.Field))
	case strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return "不认识的字段" + shown(name)
	}
	return "设置里有写错的值，时间应写成 2026-11-24T08:00:00+08:00 这样"
}
