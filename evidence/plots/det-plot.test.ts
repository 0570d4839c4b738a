import { expect, test } from '@jest/globals';
import { type DetPlot, toDetSvg } from './det-plot.js';

const plot: DetPlot = {
  title: 'Errors & <more>',
  xLabel: 'False match rate',
  yLabel: 'False non-match rate',
  x: [1e-6, 1e-2],
  y: [0.001, 1],
  series: [
    {
      name: 'one',
      curve: [
        { x: 1e-6, y: 1 },
        { x: 1e-2, y: 0.001 },
      ],
    },
    {
      name: 'two',
      points: [
        { x: 1e-4, y: 0.1, label: '4', xInterval: [1e-5, 1e-3] },
        { x: 0, y: 2, label: '8' },
      ],
    },
  ],
};

test('a share lies where its logarithm does, and what is outside the axes at their ends', () => {
  const svg = toDetSvg(plot);
  expect(svg).toContain('d="M80 50L700 450"');
  expect(svg).toContain('<circle cx="390" cy="183.3"');
  expect(svg).toContain('d="M235 183.3H545"');
  expect(svg).toContain('<circle cx="80" cy="50"');
});

test('each axis has its lines and their shares', () => {
  const svg = toDetSvg(plot);
  for (const share of ['1e-6', '1e-5', '1e-4', '1e-3', '1e-2', '0.1 %', '1 %', '50 %', '100 %'])
    expect(svg).toContain(`>${share}</text>`);
});

test('text is escaped, and the ground is white', () => {
  const svg = toDetSvg(plot);
  expect(svg).toContain('Errors &amp; &lt;more>');
  expect(svg).not.toContain('<more>');
  expect(svg).toContain('fill="#fff"');
});
