import { expect, test } from '@jest/globals';
import { drawRatePlot } from './rate-plot.js';

const plot = (rate: number) =>
  drawRatePlot({ title: 'A <b> & c', xLabel: 'share', rows: [{ name: 'print', rate, interval: [rate / 2, 1] }] });

test('a rate is a dot where it stands between 0 and 1, with its interval', () => {
  const at = (svg: string) => Number(/cx="([\d.]+)"/.exec(svg)?.[1]);
  expect(at(plot(0.5)) - at(plot(0))).toBeCloseTo(at(plot(1)) - at(plot(0.5)));
  expect(at(plot(1))).toBeGreaterThan(at(plot(0)));
  expect(plot(0.5)).toContain('50 % (25 to 100)');
});

test('text is text', () => {
  expect(plot(0)).toContain('<title>A &lt;b&gt; &amp; c</title>');
});
