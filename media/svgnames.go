package media

import (
	"encoding/xml"
	"errors"
	"regexp"
	"strings"
)

// svgElement says whether an element may stand in a picture. Missing on
// purpose: script, foreignObject, image and feImage (they load), a (it leads
// away), everything with a text of its own language.
func svgElement(name string) bool {
	switch name {
	case "svg", "g", "defs", "symbol", "use", "title", "desc", "style", "switch", "view",
		"path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
		"text", "tspan", "textPath",
		"linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
		"filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite",
		"feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight",
		"feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
		"feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset",
		"fePointLight", "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence",
		"animate", "animateTransform", "animateMotion", "set", "mpath":
		return true
	}
	return false
}

// svgAttr judges an attribute and gives the ids it refers to. Its errors
// complete a sentence that begins with 不允许.
func svgAttr(element string, a xml.Attr) ([]string, error) {
	name := a.Name.Local
	full := name
	switch a.Name.Space {
	case "":
	case "xmlns":
		return nil, nil // declares a prefix; elements that use it are judged
	case xmlSpace:
		if name == "space" || name == "lang" {
			return nil, nil
		}
		return nil, errors.New("使用属性 xml:" + name)
	case xlinkSpace:
		if name != "href" {
			if name == "title" || name == "type" || name == "show" || name == "actuate" {
				return nil, nil
			}
			return nil, errors.New("使用属性 xlink:" + name)
		}
		full = "href"
	default:
		return nil, errors.New("使用外来属性 " + a.Name.Space + ":" + name)
	}
	switch {
	case full == "xmlns":
		return nil, nil
	case full == "href":
		id, ok := strings.CutPrefix(strings.TrimSpace(a.Value), "#")
		if !ok || id == "" {
			return nil, errors.New("引用外部内容（href），只能引用图内的 #名称")
		}
		switch element {
		case "animate", "animateTransform", "animateMotion", "set", "mpath":
			return nil, nil // moves what it names, draws nothing
		}
		return []string{id}, nil
	case full == "attributeName":
		if !svgName(a.Value) || a.Value == "href" || a.Value == "style" || a.Value == "class" {
			return nil, errors.New("用动画改变属性 " + a.Value)
		}
		return nil, nil
	case words(full):
		return nil, nil
	case !svgName(full):
		return nil, errors.New("使用属性 " + full)
	}
	if err := checkCSS(a.Value); err != nil {
		return nil, errors.New("属性 " + full + " " + err.Error())
	}
	return localRefs(a.Value), nil
}

// words are attributes whose value is only ever text.
func words(name string) bool {
	return strings.HasPrefix(name, "aria-") || strings.HasPrefix(name, "data-") ||
		name == "role" || name == "lang" || name == "id" || name == "class" || name == "systemLanguage"
}

var reference = regexp.MustCompile(`(?i)url\(\s*["']?#([^"'()\s]+)`)

// localRefs are the ids that a value refers to by url(#…).
func localRefs(s string) (ids []string) {
	for _, m := range reference.FindAllStringSubmatch(s, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// svgName says whether an attribute is one of geometry, presentation, filters
// or animation. There is none that begins with on.
func svgName(name string) bool {
	return strings.Contains(svgNames, " "+name+" ") && !strings.ContainsRune(name, ' ')
}

const svgNames = " " +
	"accumulate additive alignment-baseline amplitude azimuth baseFrequency baseProfile " +
	"baseline-shift begin bias by calcMode clip clip-path clip-rule clipPathUnits color " +
	"color-interpolation color-interpolation-filters color-rendering contentStyleType cursor cx cy d " +
	"diffuseConstant direction display divisor dominant-baseline dur dx dy edgeMode elevation " +
	"enable-background end exponent fill fill-opacity fill-rule filter filterUnits flood-color " +
	"flood-opacity font-family font-size font-size-adjust font-stretch font-style font-variant " +
	"font-weight fr from fx fy gradientTransform gradientUnits height href image-rendering in in2 " +
	"intercept isolation k1 k2 k3 k4 kernelMatrix kernelUnitLength keyPoints keySplines keyTimes " +
	"lengthAdjust letter-spacing lighting-color limitingConeAngle marker marker-end marker-mid " +
	"marker-start markerHeight markerUnits markerWidth mask mask-type maskContentUnits maskUnits max " +
	"media method min mix-blend-mode mode numOctaves offset opacity operator order orient overflow " +
	"paint-order path pathLength patternContentUnits patternTransform patternUnits pointer-events " +
	"points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits r radius " +
	"refX refY repeatCount repeatDur requiredFeatures restart result rotate rx ry scale seed " +
	"shape-rendering side slope spacing specularConstant specularExponent spreadMethod startOffset " +
	"stdDeviation stitchTiles stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset " +
	"stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style surfaceScale " +
	"tableValues targetX targetY text-anchor text-decoration text-rendering textLength to transform " +
	"transform-origin type unicode-bidi values vector-effect version viewBox viewTarget visibility " +
	"width word-spacing writing-mode x x1 x2 xChannelSelector y y1 y2 yChannelSelector z zoomAndPan "
