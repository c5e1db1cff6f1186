package content

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

//go:embed phrases.txt
var phraseText string

// phrasebook is how words are read whose characters have several readings.
type phrasebook struct {
	words   map[string][]string
	longest map[rune]int // runes of the longest word that starts so
}

// phrases reads the embedded table once; it never changes.
var phrases = sync.OnceValue(func() phrasebook {
	book := phrasebook{words: map[string][]string{}, longest: map[rune]int{}}
	for line := range strings.Lines(phraseText) {
		field := strings.Fields(line)
		if len(field) < 2 || field[0] == "#" {
			continue
		}
		word := []rune(field[0])
		book.words[field[0]] = field[1:]
		book.longest[word[0]] = max(book.longest[word[0]], len(word))
	}
	return book
})

// reading spells the longest word known at the start of runes, or its first
// character; nil where that has no reading.
func reading(runes []rune) []string {
	book := phrases()
	first := simplified(runes[0])
	if n := min(book.longest[first], len(runes)); n > 0 {
		word := make([]rune, n)
		for i := range word {
			word[i] = simplified(runes[i])
		}
		for ; n > 0; n-- {
			if read, ok := book.words[string(word[:n])]; ok {
				return read
			}
		}
	}
	commonest, _, _ := strings.Cut(pinyin.PinyinDict[int(runes[0])], ",")
	if read := toneless(commonest); read != "" {
		return []string{read}
	}
	return nil
}

// readings are all of a character's syllables without tones, the commonest
// first.
func readings(r rune) []string {
	var all []string
	for read := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
		if read = toneless(read); read != "" {
			all = append(all, read)
		}
	}
	return all
}

// toneless writes a syllable as it stands in an address: ü as v, üe as ue.
func toneless(read string) string {
	var b strings.Builder
	for _, r := range read {
		switch {
		case strings.ContainsRune("üǖǘǚǜ", r):
			b.WriteByte('v')
		default:
			if c := baseLetter(r); c != 0 {
				b.WriteByte(c)
			}
		}
	}
	return strings.Replace(b.String(), "ve", "ue", 1)
}

// traditionals pairs traditional with simplified characters, for the words of
// the phrase table only: a character alone is read as it is written.
const traditionals = "丟丢並并乾干併并來来侷局係系個个傢家傳传債债僕仆儘尽償偿內内兩两別别剝剥劇剧劑剂勁劲動动勢势勻匀區区協协厭厌參参啓启啟启" +
	"單单嗚呜噁恶噹当嚥咽嚨咙嚴严國国圍围團团執执墰坛壇坛壓压夠够奮奋娛娱孫孙學学實实寧宁審审寫写寶宝對对導导層层峯峰師师帶带" +
	"幷并幹干廈厦廠厂廳厅強强彆别彈弹彌弥彿佛復复徵征惡恶慶庆懶懒戰战捨舍摺折摻掺擊击攪搅敵敌數数暉晖暫暂書书會会東东査查條条" +
	"業业榦干樂乐標标樣样樸朴樹树機机檯台欄栏權权歸归殻壳殼壳氣气氫氢沒没涼凉渦涡測测渾浑湯汤準准溫温滎荥滸浒滿满漸渐瀰弥為为" +
	"燒烧爲为牽牵現现產产産产異异當当疊叠痠酸瘋疯發发盡尽盤盘睜睁確确祕秘種种稱称筆笔箇个節节籠笼糰团紅红紮扎細细組组結结絕绝" +
	"給给綑捆經经綠绿緊紧縉缙縣县纖纤聯联聲声職职脈脉脫脱腦脑腳脚膠胶臉脸臺台與与興兴舉举茲兹莊庄葉叶葯药蒼苍蓋盖蓮莲蔘参蕁荨" +
	"薺荠藥药蘋苹處处蝦虾蟬蝉蟲虫衕同衛卫補补裝装製制複复見见規规親亲覺觉觀观訂订計计記记註注評评試试話话誘诱語语說说説说調调" +
	"識识譜谱議议變变谿溪豐丰豬猪財财貸贷賽赛軀躯車车軍军輕轻輩辈轉转迴回連连進进遊游運运過过適适遲迟遷迁遺遗還还郵邮鄉乡醜丑" +
	"醫医釦扣鈅钥鉛铅銀银錢钱錦锦錯错錶表鎮镇鑄铸鑰钥長长門门閉闭開开間间闆板關关陸陆陽阳隊队隨随隱隐雙双雞鸡雲云靜静響响頂顶" +
	"項项順顺領领頭头頸颈頻频題题類类顫颤風风颱台飛飞飯饭餅饼養养餡馅馬马駛驶騎骑驗验體体髮发鬥斗魚鱼魯鲁鮮鲜鴨鸭鷄鸡麗丽麫面" +
	"麴曲麵面麼么麽么黃黄點点黨党黴霉齊齐齣出齦龈龜龟繫系著着瞭了甚什"

// simplified folds a traditional character of the phrase table's words.
func simplified(r rune) rune {
	if s, ok := simplifieds()[r]; ok {
		return s
	}
	return r
}

var simplifieds = sync.OnceValue(func() map[rune]rune {
	pair := []rune(traditionals)
	fold := make(map[rune]rune, len(pair)/2)
	for i := 0; i+1 < len(pair); i += 2 {
		fold[pair[i]] = pair[i+1]
	}
	return fold
})
