import { expect, test } from '@jest/globals';
import { screenColours, toLinear } from '../../src/core/screen-light.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { press, readIn, see } from '../../support/browser/walk.js';
import { readNoted, redShare, rowOf, toLight, visitsOf } from './lit-visit.js';
import { pageWords } from './page-words.js';
import { film, type Shown } from './screencast.js';

/* The flashes as the browser paints them. One after the other: a busy browser paints late. */

const visit = visitsOf();

test('no screen color is a saturated red', () => {
  for (const colour of screenColours) expect(redShare(toLinear(colour))).toBeLessThan(0.8);
});

const isAlike = (a: Shown, b: Shown): boolean =>
  [...a.first, ...a.second].every((level, at) => Math.abs(level - [...b.first, ...b.second][at]!) < 8);

for (const [device, axis] of [
  ['phone', 'down'],
  ['desktop', 'across'],
] as const) {
  inBrowser(`${device}: the screen flashes the challenge’s colors in order, at most 2.5 times a second`, async () => {
    const { page, asked, close } = await visit({ device, light: 'demanded' });
    // Whichever way the language runs, the first half is the left or the upper one.
    await readIn(page, 'ar');
    const cut = await film(page, axis);
    await press(page, pageWords.ar.next);
    await see(page, 'sending');
    const shown = await cut();
    expect(asked).toEqual([{ light: axis }]);
    const { lights, said, filled } = await readNoted(page);
    expect(lights.map(({ value }) => value).filter((value) => value !== '')).toEqual(rowOf(axis));
    const gaps = lights.flatMap(({ at }, index) => (index === 0 ? [] : [at - lights[index - 1]!.at]));
    // 2.5 changes a second at most, the last one too, back to the page.
    expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(399);
    // Each pose is said once, and nothing else while the screen flashes.
    expect(said.filter(({ value }) => value !== '')).toHaveLength(3);
    expect(filled).toEqual([{ value: true }, { value: false }]);
    const changes = shown.filter((frame, index) => index > 0 && !isAlike(frame, shown[index - 1]!));
    expect(changes.length).toBeGreaterThanOrEqual(rowOf(axis).length);
    // Three in a second; a tenth of it for a busy machine, which paints late: when the page changed is held to above.
    const within = (from: Shown) => changes.filter(({ at }) => at >= from.at && at < from.at + 900);
    expect(changes.map(within).filter(({ length }) => length > 3)).toEqual([]);
    const filmed = shown.map(({ first, second }) => `${axis}: rgb(${first.join(', ')}), rgb(${second.join(', ')})`);
    for (const value of rowOf(axis)) expect(filmed).toContain(value);
    for (const pixel of shown.flatMap(({ first, second }) => [first, second])) {
      expect(redShare(pixel.map(toLight))).toBeLessThan(0.8);
    }
    await close();
  });
}
