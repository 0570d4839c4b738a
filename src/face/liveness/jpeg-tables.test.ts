import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { readQuantisation, toQuality } from './judge.js';

const encode = (quality: number): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 32, channels: 3, background: '#8a7' } })
    .jpeg({ quality })
    .toBuffer();

test.each([50, 75, 92])(
  'the encoding quality %s of a JPEG is estimated from its quantisation tables',
  async (quality) => {
    const [brightness, ...others] = readQuantisation(await encode(quality));
    expect(others).toHaveLength(1);
    expect(brightness).toHaveLength(64);
    expect(Math.abs(toQuality(brightness!) - quality)).toBeLessThanOrEqual(1);
  },
);

test('random, truncated and altered files result in valid tables or none', async () => {
  const whole = await encode(80);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 512 }), fc.nat(whole.length), fc.nat(255), (noise, at, value) => {
      const changed = Buffer.from(whole);
      changed[at % changed.length] = value;
      const started = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xdb]), noise]);
      for (const bytes of [noise, started, whole.subarray(0, at), changed])
        for (const table of readQuantisation(bytes)) {
          expect(table).toHaveLength(64);
          expect(table.every((step) => Number.isInteger(step) && step >= 0 && step < 65_536)).toBe(true);
          expect(toQuality(table)).toBeGreaterThanOrEqual(1);
          expect(toQuality(table)).toBeLessThanOrEqual(100);
        }
    }),
  );
});
