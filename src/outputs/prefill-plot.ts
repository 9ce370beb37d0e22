import { prefillAt } from '../analyses/prefill-fit.ts';
import type { PrefillProfile } from '../analyses/prefill-profile.ts';
import { duration } from '../plots/format.ts';

const size = { width: 720, height: 420, left: 70, right: 20, top: 44, bottom: 48 } as const;

/** Measured times, curve and band over the prompt's length, both axes logarithmic: one small SVG that needs nothing else. */
export function renderPrefillPlot(profile: PrefillProfile, title: string): string {
  const { band, points, fit } = profile;
  const tokens = points.map((point) => point.tokens);
  const times = [
    ...points.flatMap(({ min_ms, max_ms }) => [min_ms, max_ms]),
    ...band.flatMap(({ low_ms, high_ms }) => [low_ms, high_ms]),
  ];
  const x = logScale([Math.min(...tokens), Math.max(...tokens)], [size.left, size.width - size.right]);
  const y = logScale(
    [Math.max(1e-3, Math.min(...times.filter((time) => time > 0))), Math.max(...times)],
    [size.height - size.bottom, size.top],
  );
  const place = (tokensAt: number, ms: number): string => `${x(tokensAt).toFixed(1)},${y(ms).toFixed(1)}`;
  const area = [
    ...band.map((each) => place(each.tokens, each.high_ms)),
    ...[...band].reverse().map((each) => place(each.tokens, Math.max(1e-3, each.low_ms))),
  ].join(' ');
  const line = band.map((each) => place(each.tokens, prefillAt(fit, each.tokens))).join(' ');
  const marks = points.map(({ tokens: length, mean_ms, min_ms, max_ms }) => {
    const at = x(length).toFixed(1);
    return `<line x1="${at}" x2="${at}" y1="${y(min_ms).toFixed(1)}" y2="${y(max_ms).toFixed(1)}" class="range"/><circle cx="${at}" cy="${y(mean_ms).toFixed(1)}" r="3.5" class="mean"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>Time to first token of an isolated request against prompt length</title>
<style>svg{background:#fff;color:#1a1d21}text{fill:currentColor}.grid{stroke:currentColor;opacity:.12}.band{fill:#3b6fd4;opacity:.18}.curve{fill:none;stroke:#3b6fd4;stroke-width:2}.mean{fill:#1a1d21}.range{stroke:#1a1d21}@media(prefers-color-scheme:dark){svg{background:#15181c;color:#e8eaed}.mean{fill:#e8eaed}.range{stroke:#e8eaed}}</style>
<text x="${size.left}" y="22" font-size="15" font-weight="600">Prefill curve of ${xml(title)}</text>
${ticks(Math.min(...tokens), Math.max(...tokens))
  .map(
    (tick) =>
      `<line class="grid" x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}" y1="${size.top}" y2="${size.height - size.bottom}"/><text x="${x(tick).toFixed(1)}" y="${size.height - size.bottom + 18}" text-anchor="middle">${tick.toLocaleString('en-US')}</text>`,
  )
  .join('\n')}
${ticks(Math.min(...times), Math.max(...times))
  .map(
    (tick) =>
      `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text x="${size.left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${xml(duration(tick))}</text>`,
  )
  .join('\n')}
<polygon class="band" points="${area}"/>
<polyline class="curve" points="${line}"/>
${marks.join('\n')}
<text x="${(size.left + size.width - size.right) / 2}" y="${size.height - 10}" text-anchor="middle">prompt tokens; dots are means, bars the range of repetitions</text>
</svg>
`;
}

function logScale(
  [from, to]: readonly [number, number],
  [low, high]: readonly [number, number],
): (value: number) => number {
  const span = Math.log(to / from) || 1;
  return (value) => low + ((high - low) * Math.log(value / from)) / span;
}

/** 1, 2 and 5 times powers of ten; powers of ten alone where those would be too many. */
function ticks(from: number, to: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(Math.max(1e-3, from))); power <= Math.log10(to); power++) {
    for (const step of [1, 2, 5]) all.push(step * 10 ** power);
  }
  const inside = all.filter((tick) => tick >= from && tick <= to);
  return inside.length <= 9 ? inside : inside.filter((tick) => Number.isInteger(Math.log10(tick)));
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
