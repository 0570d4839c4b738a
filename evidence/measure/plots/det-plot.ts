/** A point whose coordinates are shares, 0 to 1. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface MarkedPoint extends PlotPoint {
  readonly label: string;
  readonly xInterval?: readonly [number, number];
  readonly yInterval?: readonly [number, number];
}

export interface PlotSeries {
  readonly name: string;
  readonly curve?: readonly PlotPoint[];
  readonly points?: readonly MarkedPoint[];
}

export interface DetPlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Axis limits as shares, preferably powers of ten. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly series: readonly PlotSeries[];
}

const size = { width: 720, height: 520 };
const frame = { left: 80, right: 700, top: 50, bottom: 450 };
/** Colors that color-blind people can distinguish. Dashes distinguish the series without color. */
const colours = ['#0b5fa5', '#c2410c', '#4d7c0f', '#7e22ce', '#444444'];
const dashes = ['none', '8 4', '2 3', '10 3 2 3', '4 4'];

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));
const fixed = (value: number): string => String(Math.round(value * 10) / 10);

function createScale(ends: readonly [number, number], fromPx: number, toPx: number): (share: number) => number {
  const [low, high] = ends.map(Math.log10);
  return (share) => fromPx + ((Math.log10(clamp(share, ends)) - low) / (high - low)) * (toPx - fromPx);
}

/** Axes of up to three decades have ticks at 1, 2 and 5 in each decade. Longer axes have ticks at powers of ten. */
function ticksOf([low, high]: readonly [number, number]): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : [1, 2, 5];
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
    for (const step of steps) all.push(step * 10 ** power);
  return all.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
}

/** Returns the function that labels an axis: in percent, or in powers of ten if the axis begins below 0.1 %. */
const toShares = ([low]: readonly [number, number]): ((share: number) => string) =>
  low >= 0.0009 ? (share) => `${Number((share * 100).toPrecision(2))} %` : (share) => share.toExponential(0);

/**
 * Renders a detection error trade-off plot (ISO/IEC 19795-1) with logarithmic axes. Points outside the axes are drawn
 * at the edges.
 */
export function toDetSvg(plot: DetPlot): string {
  const toX = createScale(plot.x, frame.left, frame.right);
  const toY = createScale(plot.y, frame.bottom, frame.top);
  const toXText = toShares(plot.x);
  const toYText = toShares(plot.y);
  const parts: string[] = [];
  for (const tick of ticksOf(plot.x)) {
    const x = fixed(toX(tick));
    parts.push(`<path class="grid" d="M${x} ${frame.top}V${frame.bottom}"/>`);
    parts.push(`<text class="middle" x="${x}" y="${frame.bottom + 20}">${toXText(tick)}</text>`);
  }
  for (const tick of ticksOf(plot.y)) {
    const y = toY(tick);
    parts.push(`<path class="grid" d="M${frame.left} ${fixed(y)}H${frame.right}"/>`);
    parts.push(`<text class="end" x="${frame.left - 8}" y="${fixed(y + 4)}">${toYText(tick)}</text>`);
  }
  parts.push(
    `<rect class="frame" x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/>`,
    `<text class="title" x="${frame.left}" y="30">${escaped(plot.title)}</text>`,
    `<text class="middle" x="${(frame.left + frame.right) / 2}" y="${size.height - 25}">${escaped(plot.xLabel)}</text>`,
    `<text class="middle" transform="translate(20 ${(frame.top + frame.bottom) / 2}) rotate(-90)">${escaped(plot.yLabel)}</text>`,
  );
  for (const [index, { name, curve = [], points = [] }] of plot.series.entries()) {
    const colour = colours[index % colours.length];
    const drawn: string[] = [];
    if (curve.length > 1) {
      const line = curve.map(({ x, y }) => `${fixed(toX(x))} ${fixed(toY(y))}`).join('L');
      drawn.push(`<path class="line" stroke-dasharray="${dashes[index % dashes.length]}" d="M${line}"/>`);
    }
    for (const { x, y, label, xInterval, yInterval } of points) {
      const atX = fixed(toX(x));
      const atY = fixed(toY(y));
      if (xInterval !== undefined)
        drawn.push(`<path class="whisker" d="M${fixed(toX(xInterval[0]))} ${atY}H${fixed(toX(xInterval[1]))}"/>`);
      if (yInterval !== undefined)
        drawn.push(`<path class="whisker" d="M${atX} ${fixed(toY(yInterval[0]))}V${fixed(toY(yInterval[1]))}"/>`);
      drawn.push(`<circle cx="${atX}" cy="${atY}" r="4" fill="${colour}"/>`);
      drawn.push(`<text x="${fixed(toX(x) + 7)}" y="${fixed(toY(y) - 7)}">${escaped(label)}</text>`);
    }
    const atY = index * 20 + frame.top + 20;
    const from = frame.right - 210;
    const to = from + 35;
    drawn.push(
      curve.length > 1
        ? `<path class="line" stroke-dasharray="${dashes[index % dashes.length]}" d="M${from} ${atY - 4}H${to}"/>`
        : `<circle cx="${(from + to) / 2}" cy="${atY - 4}" r="4" fill="${colour}"/>`,
      `<text x="${to + 8}" y="${atY}">${escaped(name)}</text>`,
    );
    parts.push(`<g stroke="${colour}">${drawn.join('')}</g>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(plot.title)}">
<style>text{font:13px system-ui,sans-serif;fill:#222;stroke:none}.title{font-size:16px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:#ddd;fill:none}.frame{stroke:#666;fill:none}.line{fill:none;stroke-width:2}.whisker{fill:none;stroke-width:1.2;opacity:.7}</style>
<rect width="${size.width}" height="${size.height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
