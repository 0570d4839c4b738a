const toMarkup = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly sizePx?: number;
  readonly isUpright?: boolean;
}

export function svgText(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = 'start', sizePx = 12, isUpright = false } = style;
  const turn = isUpright ? ` transform="rotate(-90 ${x.toFixed(1)} ${y.toFixed(1)})"` : '';
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${sizePx}"${turn}`;
  return `<text ${place}>${toMarkup(content)}</text>`;
}

export function svgLine(
  points: readonly (readonly [x: number, y: number])[],
  { colour = '#333333', widthPx = 1, dash = '' }: { colour?: string; widthPx?: number; dash?: string } = {},
): string {
  const places = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${places}" fill="none" stroke="${colour}" stroke-width="${widthPx}"${dashes}/>`;
}

/** Renders a document with an accessible title, on white for dark pages. */
export function svgDocument(widthPx: number, heightPx: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" role="img" font-family="sans-serif">`,
    `<title>${toMarkup(title)}</title>`,
    `<rect width="${widthPx}" height="${heightPx}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
