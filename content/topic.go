package content

import "strings"

// SeedTopics is the tree a new store starts with: parents before their
// children, in the order pages show them. Editors change it afterwards.
func SeedTopics() []Topic {
	var all []Topic
	for i, branch := range []struct{ key, name, children string }{
		{"health", "健康", "chronic 慢病与用药 infection 传染病与疫苗 senses 用眼、听力与睡眠 mind 心理健康 ageing 老年健康"},
		{"emergency", "应急", "weather 气象灾害 geology 地质与地震 fire 火灾 firstaid 急救 water 涉水安全 poisoning 中毒"},
		{"food", "食品", "storage 储存与烹饪 myths 饮食误区 wild 野生与误食"},
		{"farming", "农业", "grain 粮油 fruit-tea 茶果 silk-fish 蚕桑与水产 inputs 农药、肥料与农机"},
		{"work", "职业安全", "disease 职业病危害 site 作业安全 road 路上与骑行 shift 班次与身心"},
		{"digital", "数字生活", "phone 手机使用 fraud 防诈骗 ai 人工智能 data 数据安全"},
		{"nature", "自然", "weather 天气气候 sea 江海潮汐 wildlife 生物与生态"},
		{"space", "航天与天文", "orbit 航天 sky 天象 navigation 导航"},
		{"energy", "能源", "power 电网与新能源 nuclear 核能与辐射 carbon 双碳"},
		{"research", "科研与方法", "evidence 证据与统计 communication 风险沟通 heritage 科技史与遗产"},
		{"city", "城市与环境", "waste 垃圾与资源 water 水与海绵城市"},
	} {
		all = append(all, Topic{V: Format, Key: branch.key, Name: branch.name, Order: i + 1})
		child := strings.Fields(branch.children)
		for j := 0; j+1 < len(child); j += 2 {
			all = append(all, Topic{
				V: Format, Key: branch.key + "-" + child[j], Name: child[j+1], Parent: branch.key, Order: j/2 + 1,
			})
		}
	}
	return all
}

// InTopic tells whether a topic is another or lies below it. Everything lies
// below "".
func InTopic(key, above string) bool {
	return above == "" || key == above || strings.HasPrefix(key, above+"-")
}
