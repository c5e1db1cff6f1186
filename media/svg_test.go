package media

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

const goodSVG = `<?xml version="1.0" encoding="UTF-8"?>
<!-- 水循环示意图 -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
     width="320" height="200px" viewBox="0 0 320 200" role="img" aria-label="水循环 (示意)">
  <title>水循环</title>
  <style><![CDATA[ .a { fill: url(#sky); stroke: rgb(0,0,0) } @media (min-width: 10px) { .a > .b { opacity: .5 } } ]]></style>
  <defs>
    <linearGradient id="sky" x1="0" x2="1"><stop offset="0" stop-color="#fff" style="stop-opacity:1"/></linearGradient>
    <g id="drop"><path d="M0,0 L5,5 Z" transform="translate(3 4) rotate(10)"/></g>
    <filter id="f"><feGaussianBlur stdDeviation="2"/></filter>
  </defs>
  <rect class="a" fill="url(#sky)" filter="url('#f')" width="10" height="10"/>
  <use href="#drop" x="5"/><use xlink:href="#drop" x="9"/>
  <text x="1" y="2" font-family="'Noto Sans CJK SC', sans-serif" xml:space="preserve">蒸发 &amp; 降水 &lt;1&gt;</text>
  <circle r="4"><animate attributeName="r" values="1;4;1" dur="2s" repeatCount="indefinite"/></circle>
</svg>`

var badSVG = []struct{ name, svg, want string }{
	{"script", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "<script"},
	{"script by prefix", `<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>alert(1)</x:script></x:svg>`, "<script>"},
	{"handler", svg(`<g onclick="alert(1)"/>`), "属性 onclick"},
	{"handler on the root", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "属性 onload"},
	{"handler by case", svg(`<g oNcLick="alert(1)"/>`), "属性 oNcLick"},
	{"foreignObject", svg(`<foreignObject/>`), "<foreignobject"},
	{"foreign element", svg(`<b xmlns="http://www.w3.org/1999/xhtml">x</b>`), "非 SVG 元素"},
	{"foreign attribute", svg(`<g xmlns:x="urn:x" x:y="1"/>`), "外来属性"},
	{"link", svg(`<a href="#x"/>`), "元素 <a>"},
	{"image", svg(`<image href="http://127.0.0.1/x.png"/>`), "元素 <image>"},
	{"feImage", svg(`<filter><feImage href="#x"/></filter>`), "元素 <feImage>"},
	{"use of another file", svg(`<use href="http://x.example/#a"/>`), "外部内容"},
	{"use of data", svg(`<use href="data:image/svg+xml;base64,PHN2Zy8+#x"/>`), "外部内容"},
	{"xlink", svg(`<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="a.svg#b"/>`), "外部内容"},
	{"fill from outside", svg(`<rect fill="url(http://x.example/a.svg#b)"/>`), "url(…)"},
	{"fill by escape", svg(`<rect fill="u\72l(http://x.example/a)"/>`), `\`},
	{"style attribute", svg(`<rect style="background:image-set('http://x.example/a' 1x)"/>`), "image-set(…)"},
	{"style import", svg(`<style>@import "http://x.example/a.css";</style>`), "@import"},
	{"style import, entities", svg(`<style>&#64;im&#112;ort "http://x.example/a.css";</style>`), "@import"},
	{"style url", svg(`<style>a{background:url(//x.example)}</style>`), "url(…)"},
	{"style url in pieces", svg(`<style>a{background:ur<![CDATA[l(//x.example)}]]></style>`), "url(…)"},
	{"style comment", svg(`<style>a{background:u/**/rl(//x.example)}</style>`), "/*"},
	{"style font", svg(`<style>@font-face{src:url(x)}</style>`), "@font-face"},
	{"expression", svg(`<rect style="width:expression(alert(1))"/>`), "expression(…)"},
	{"animated link", svg(`<use href="#a"><set attributeName="href" to="x"/></use>`), "动画"},
	{"animated handler", svg(`<set attributeName="onclick" to="x"/>`), "动画"},
	{"base", svg(`<g xml:base="http://x.example/"/>`), "xml:base"},
	{"doctype", `<!DOCTYPE svg PUBLIC "a" "b"><svg xmlns="http://www.w3.org/2000/svg"/>`, "<!doctype"},
	{"stylesheet", `<?xml-stylesheet href="x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "<?xml-stylesheet"},
	{"instruction", `<?php x ?><svg xmlns="http://www.w3.org/2000/svg"/>`, "<?php?>"},
	{"entity", svg(`<text>&x;</text>`), "XML 写法"},
	{"not closed", `<svg xmlns="http://www.w3.org/2000/svg"><g>`, "XML 写法"},
	{"two roots", `<svg xmlns="http://www.w3.org/2000/svg"/><svg xmlns="http://www.w3.org/2000/svg"/>`, "之后"},
	{"no namespace", `<svg><rect/></svg>`, "非 SVG 元素"},
	{"not svg", `<g xmlns="http://www.w3.org/2000/svg"><svg/></g>`, "最外层"},
	{"charset", `<?xml version="1.0" encoding="GBK"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "XML 写法"},
	{"bytes", "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>\xff</text></svg>", "UTF-8"},
	{"depth", svg(strings.Repeat("<g>", 64) + strings.Repeat("</g>", 64)), "64 层"},
	{"elements", svg(strings.Repeat("<g/>", maxElements)), "20000"},
	{"attributes", svg("<g " + attrs(maxAttrs+1) + "/>"), "太多属性"},
	{"references", svg(strings.Repeat(`<g fill="url(#a)" stroke="url(#a)"/>`, maxElements/2+1)), "引用超过"},
	{"laughing uses", svg(laugh(8)), "层层相乘"},
	{"circle of uses", svg(`<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>`), "死循环"},
	{"use of itself", svg(`<g id="a"><use href="#a"/></g>`), "死循环"},
	{"text outside", `<svg xmlns="http://www.w3.org/2000/svg"/>x`, "之外"},
}

func svg(inner string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg">` + inner + `</svg>`
}

func attrs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `data-%d="" `, i)
	}
	return b.String()
}

// laugh is ten to the n circles, in n lines.
func laugh(n int) string {
	var b strings.Builder
	b.WriteString(`<circle id="a0" r="1"/>`)
	for i := range n {
		fmt.Fprintf(&b, `<g id="a%d">%s</g>`, i+1, strings.Repeat(fmt.Sprintf(`<use href="#a%d"/>`, i), 10))
	}
	return b.String()
}

func TestSVG(t *testing.T) {
	f, clean, err := look([]byte(goodSVG))
	if err != nil {
		t.Fatal(err)
	}
	if f != (facts{kind: Image, typ: typeSVG, width: 320, height: 200}) || string(clean) != goodSVG {
		t.Errorf("%+v", f)
	}
	for _, c := range badSVG {
		_, _, err := check(typeSVG, source{bytes.NewReader([]byte(c.svg)), int64(len(c.svg))})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "SVG 图片") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestSVGSize(t *testing.T) {
	for _, c := range []struct {
		attrs         string
		width, height int
	}{
		{``, 0, 0},
		{`width="10" height="20"`, 10, 20},
		{`width="10.6px" height=" 20 "`, 11, 20},
		{`width="100%" height="100%" viewBox="0 0 30,40"`, 30, 40},
		{`width="1e9" height="1" viewBox="0 0 1e9 NaN"`, 0, 0},
		{`viewBox="0 0 30"`, 0, 0},
	} {
		raw := []byte(`<svg xmlns="http://www.w3.org/2000/svg" ` + c.attrs + `/>`)
		f, _, err := look(raw)
		if err != nil || f.width != c.width || f.height != c.height {
			t.Errorf("%s: %d×%d, %v", c.attrs, f.width, f.height, err)
		}
	}
}
