import { expect, test } from '@jest/globals';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { writeCorpus } from '../../../support/data/corpus.js';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { readCorpus } from './corpus.js';
import { embedCorpus } from './embed-corpus.js';

test('a photo with a face results in an embedding of length 1, and any other photo in an error code, in order', async () => {
  const pictures = await loadPictures();
  const folder = createFolder('embed');
  await writeCorpus(folder, {
    'a/1.jpg': pictures.person[0],
    'a/2.jpg': pictures.person[1],
    'b/landscape.jpg': pictures.landscape,
    'b/stranger.jpg': pictures.stranger,
    'b/text.jpg': Buffer.from('no picture'),
    'c/large.png': Buffer.alloc(10 * 1024 * 1024 + 1),
  });
  const { people } = await readCorpus(folder);
  const embedded = await embedCorpus(folder, people, () => {}, { modelsFolder, recogniser: null });
  expect(embedded.people.map(({ person, files }) => [person, files])).toEqual([
    ['a', ['1.jpg', '2.jpg']],
    ['b', ['stranger.jpg']],
  ]);
  for (const { embeddings } of embedded.people)
    for (const values of embeddings) expect(Math.hypot(...values)).toBeCloseTo(1, 5);
  expect(embedded.notAcquired).toEqual([
    { person: 'b', file: 'landscape.jpg', code: 'face_none' },
    { person: 'b', file: 'text.jpg', code: 'photo_invalid' },
    { person: 'c', file: 'large.png', code: 'photo_too_large' },
  ]);
  expect(embedded).toMatchObject({ photos: 6, examined: 5 });
});
