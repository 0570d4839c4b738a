import { encode } from 'uqr';
import { type Html, html } from '../core/base/html.js';

/** Draws a QR code, dark on light in both color schemes, as scanners require. */
export function drawQr(text: string, label: string, ecc: 'L' | 'M'): Html {
  const { data, size } = encode(text, { ecc, border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
<rect width="${size}" height="${size}" fill="#ffffff"/><path fill="#16202b" d="${squares.join('')}"/></svg>`;
}
