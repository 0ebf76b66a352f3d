package browser

import (
	"fmt"
	"math"
	"testing"
)

// contrasts finds every text whose contrast with what is behind it is below
// WCAG's AA (4.5), and tells how many texts it looked at.
const contrasts = `(() => {
  const luminance = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = (text) => { const m = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text); if (!m) throw new Error('colour ' + text); return { c: [+m[1], +m[2], +m[3]], alpha: m[4] === undefined ? 1 : +m[4] }; };
  const ground = (e) => { for (; e; e = e.parentElement) { const { c, alpha } = parse(getComputedStyle(e).backgroundColor); if (alpha === 1) return c; if (alpha !== 0) throw new Error('half transparent'); } return [255, 255, 255]; };
  const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const bad = new Set(); let seen = 0;
  for (const e of document.body.querySelectorAll('*')) {
    if (e.closest('svg, script, noscript, option') || !e.checkVisibility()) continue;
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim()) || e.matches('input, select');
    if (!own) continue;
    seen++;
    const colors = [getComputedStyle(e).color];
    if (e.matches('input')) colors.push(getComputedStyle(e, '::placeholder').color);
    for (const color of colors) {
      const r = ratio(parse(color).c, ground(e));
      if (r < 4.5) bad.add(e.tagName + '.' + e.className + ' ' + color + ' ' + r.toFixed(2));
    }
  }
  for (const e of document.querySelectorAll('button:not(.name button):not(th button), select, input')) {
    if (!e.checkVisibility()) continue;
    const r = ratio(parse(getComputedStyle(e).borderTopColor).c, ground(e.parentElement));
    if (r < 3 && e.getAttribute('aria-disabled') !== 'true') bad.add('border of ' + e.id + ' ' + r.toFixed(2));
  }
  for (const e of document.querySelectorAll('svg rect:not(.over)')) {
    if (e.closest('.patterns')) continue;
    const r = ratio(parse(getComputedStyle(e).stroke).c, ground(e.closest('svg').parentElement));
    if (r < 3) bad.add('edge of ' + e.getAttribute('class') + ' ' + r.toFixed(2));
  }
  return seen + ' texts' + [...bad].map((b) => '; ' + b).join('');
})()`

func TestContrastIsEnoughInBothThemes(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			report := company()
			report.Errors, report.Warnings = []string{"an error"}, []string{"a warning"}
			report.Scope = "Partial"
			tb := open(t, report, "", scheme(theme))
			tb.do(click("#all"))
			checkContrast(tb)
			for _, tone := range []string{"pass", "fail", "caution", "error"} {
				ask[string](tb, "document.querySelector('.verdict').className = 'verdict "+tone+"'")
				checkContrast(tb)
			}
		})
	}
}

func checkContrast(tb *tab) {
	tb.t.Helper()
	found := ask[string](tb, contrasts)
	var seen int
	var rest string
	if n, _ := fmt.Sscanf(found, "%d texts%s", &seen, &rest); n != 1 || seen < 100 {
		tb.t.Errorf("too little contrast: %s", found)
	}
}

// vision are the colours that people see, of linear RGB (Machado, Oliveira and
// Fernandes, 2009, at full severity; the last sees only brightness).
var vision = map[string][3][3]float64{
	"full":          {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia":  {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	"achromatopsia": {{0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}},
}

// TestPartsOfABarDifferWithoutColourVision compares each part of a bar with
// each other one: they differ in brightness or hue as people see them, or in
// their pattern.
func TestPartsOfABarDifferWithoutColourVision(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		tb := open(t, company(), "", scheme(theme))
		for _, legend := range []int{0, 1} {
			type part struct {
				Name, Pattern string
				RGB           [3]float64
			}
			parts := ask[[]part](tb, fmt.Sprintf(`[...document.querySelectorAll('.legend')[%d].querySelectorAll('tbody tr')].map((tr) => {
				const [rect, over] = tr.querySelectorAll('rect');
				return { Name: tr.querySelector('th').textContent.trim(), Pattern: over ? over.getAttribute('fill') : '', RGB: getComputedStyle(rect).fill.match(/\d+/g).map(Number) };
			})`, legend))
			if len(parts) < 6 {
				t.Fatalf("%s: only %d parts", theme, len(parts))
			}
			for name, matrix := range vision {
				for i, a := range parts {
					for _, b := range parts[:i] {
						if a.Pattern != b.Pattern {
							continue
						}
						if d := distance(seen(a.RGB, matrix), seen(b.RGB, matrix)); d < 12 {
							t.Errorf("%s, %s: %s and %s look alike (%.1f)", theme, name, b.Name, a.Name, d)
						}
					}
				}
			}
		}
	}
}

// seen is the colour in CIE L*a*b*, as somebody sees it.
func seen(rgb [3]float64, matrix [3][3]float64) [3]float64 {
	var linear [3]float64
	for i, v := range rgb {
		if v /= 255; v <= 0.04045 {
			linear[i] = v / 12.92
		} else {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	multiply := func(m [3][3]float64, v [3]float64) (out [3]float64) {
		for i := range m {
			for j := range v {
				out[i] += m[i][j] * v[j]
			}
			out[i] = min(max(out[i], 0), 1)
		}
		return out
	}
	toXYZ := [3][3]float64{{0.4339, 0.3762, 0.1899}, {0.2126, 0.7152, 0.0722}, {0.0178, 0.1098, 0.8724}} // over the white point
	xyz := multiply(toXYZ, multiply(matrix, linear))
	f := func(v float64) float64 {
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x, y, z := f(xyz[0]), f(xyz[1]), f(xyz[2])
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func distance(a, b [3]float64) float64 {
	return math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2])
}
