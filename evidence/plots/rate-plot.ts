const toMarkup = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly sizePx?: number;
  readonly isUpright?: boolean;
}

function svgText(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = 'start', sizePx = 12, isUpright = false } = style;
  const turn = isUpright ? ` transform="rotate(-90 ${x.toFixed(1)} ${y.toFixed(1)})"` : '';
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${sizePx}"${turn}`;
  return `<text ${place}>${toMarkup(content)}</text>`;
}

function svgLine(
  points: readonly (readonly [x: number, y: number])[],
  { colour = '#333333', widthPx = 1, dash = '' }: { colour?: string; widthPx?: number; dash?: string } = {},
): string {
  const places = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${places}" fill="none" stroke="${colour}" stroke-width="${widthPx}"${dashes}/>`;
}

/** Renders a document with an accessible title, on white for dark pages. */
function svgDocument(widthPx: number, heightPx: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" role="img" font-family="sans-serif">`,
    `<title>${toMarkup(title)}</title>`,
    `<rect width="${widthPx}" height="${heightPx}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

export interface RateRow {
  readonly name: string;
  /** Rate from 0 to 1. */
  readonly rate: number;
  readonly interval: readonly [number, number];
}

export interface RatePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly rows: readonly RateRow[];
}

const area = { left: 170, top: 50, width: 480, rowHeight: 24 } as const;

/** Renders rates as rows, each a dot with its interval. */
export function drawRatePlot({ title, xLabel, rows }: RatePlot): string {
  const toX = (rate: number): number => area.left + rate * area.width;
  const toY = (at: number): number => area.top + (at + 0.5) * area.rowHeight;
  const bottom = area.top + rows.length * area.rowHeight;
  const right = area.left + area.width;
  return svgDocument(right + 130, bottom + 60, title, [
    svgText(20, 28, title, { sizePx: 15 }),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((tick) => [
      svgLine(
        [
          [toX(tick), area.top],
          [toX(tick), bottom],
        ],
        { colour: '#dddddd' },
      ),
      svgText(toX(tick), bottom + 16, `${tick * 100} %`, { anchor: 'middle', sizePx: 10 }),
    ]),
    svgText(area.left + area.width / 2, bottom + 42, xLabel, { anchor: 'middle' }),
    ...rows.flatMap(({ name, rate, interval: [from, to] }, at) => {
      const percent = (value: number): string => (value * 100).toFixed(0);
      return [
        svgText(area.left - 10, toY(at) + 4, name, { anchor: 'end' }),
        svgLine(
          [
            [toX(from), toY(at)],
            [toX(to), toY(at)],
          ],
          { colour: '#0b6fb8', widthPx: 2 },
        ),
        `<circle cx="${toX(rate).toFixed(1)}" cy="${toY(at).toFixed(1)}" r="4" fill="#0b6fb8"/>`,
        svgText(right + 12, toY(at) + 4, `${percent(rate)} % (${percent(from)} to ${percent(to)})`, { sizePx: 11 }),
      ];
    }),
  ]);
}
