import { expect, test } from '@jest/globals';
import { owningPhotos } from '../../core/concealed.js';
import { epochMs } from '../../core/units.js';
import { type AboutPresentation, decodePresentation, encodePresentation } from './presentation.js';

const about: AboutPresentation = {
  ...{ species: 'print', light: 'office', device: 'phone', at: epochMs(1), outcome: 'captured', missed: [] },
  frames: [
    { movement: 'centre', light: { axis: 'across', first: '#ff6868', second: '#68ffff' } },
    { movement: 'left', light: null },
  ],
};
const pictures = [Uint8Array.of(1, 2, 3), new Uint8Array()];

test('pictures come back with what was asked for in each: the movement, and what the screen showed', async () => {
  const opened = await owningPhotos(async (own) => {
    const { about: read, frames } = decodePresentation(encodePresentation(about, pictures.map(own)), own);
    return { read, frames: frames.map(({ photo, ...asked }) => [asked, photo.use((bytes) => [...bytes])]) };
  });
  expect(opened).toEqual({
    read: about,
    frames: [
      [about.frames[0], [1, 2, 3]],
      [about.frames[1], []],
    ],
  });
});

test.each([
  ['of fewer pictures', () => encodePresentation(about, [])],
  ['cut short', () => Buffer.from([0, 0])],
  ['of another version', () => encodePresentation({ ...about, ...{ further: true } }, [])],
])('one %s is refused', (_name, encode) => {
  expect(() =>
    decodePresentation(encode(), () => {
      throw new Error('none is made');
    }),
  ).toThrow(expect.objectContaining({ code: 'presence_locked' }));
});
