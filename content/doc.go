// Package content owns what the platform publishes: items and their versions,
// for whom they are placed, and the desk, which is their only writer. It
// refuses what is not well formed; it knows nothing of pages or stores.
//
// Glossary:
//
//	Item       内容: an article or a video
//	Version    what gets reviewed: the text and everything shown with it
//	Placement  for whom and where an item stands: audiences, topics, region …
//	Audience   人群: for whom (never how it looks)
//	View       版式: standard 标准版 or easy 长辈版: how it looks (never for whom)
//	Region     地区: a GB/T 2260 code; a prefix contains the longer code
//	Topic      主题: one of a two-level tree
//	Series     系列: items in a told order
//	Scene      情景: a rule that lifts items between two instants
//	Correction 更正: what was wrong in an earlier text and is put right
//	Comment    批注: what somebody at the desk said about a passage
//	Gate       门槛: what stands against publishing a text
//	Desk       编辑部: where items are written, reviewed and published
//	Review     审稿: the way of one exact version through its stages
//	Schedule   定时: when the draft is to be live
//	Autosave   草稿自存: what somebody typed and did not save
//	Withdraw   撤下: takes what is live from its readers at once
//	Han        a Chinese character; texts are measured in Han, not bytes
package content
