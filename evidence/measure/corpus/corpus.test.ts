import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createFolder } from '../../../support/run/folder.js';
import { BadInput, readCorpus, readSources, toPhotoFilter } from './corpus.js';

let folder: string;
beforeEach(async () => {
  folder = createFolder('corpus');
});

const put = async (person: string, ...files: string[]): Promise<void> => {
  await mkdir(join(folder, person), { recursive: true });
  for (const file of files) await writeFile(join(folder, person, file), '');
};

test('people and photos are found by name and sorted, with any file names', async () => {
  await put('Ünal Öz', 'second.PNG', 'first.jpeg', 'third.webp');
  await put('A_Person', 'A_Person_0002.jpg', 'A_Person_0001.jpg');
  expect(await readCorpus(folder)).toEqual({
    folder,
    otherFiles: 0,
    people: [
      { person: 'A_Person', files: ['A_Person_0001.jpg', 'A_Person_0002.jpg'] },
      { person: 'Ünal Öz', files: ['first.jpeg', 'second.PNG', 'third.webp'] },
    ],
  });
});

test('files that are no photos are counted; files outside the people’s folders and hidden folders are ignored', async () => {
  await put('a', '1.jpg', 'notes.txt', '.2.jpg');
  await mkdir(join(folder, 'a', 'folder.jpg'));
  await put('.hidden', '1.jpg');
  await put('empty');
  await writeFile(join(folder, 'pairs.txt'), '');
  expect(await readCorpus(folder)).toMatchObject({ otherFiles: 3, people: [{ person: 'a', files: ['1.jpg'] }] });
});

test('a name filter selects photos; excluded photos and people without photos are not counted', async () => {
  await put('a', 'frontal_01.jpg', 'frontal_02.jpg', 'profile_01.jpg', 'notes.txt');
  await put('b', 'profile_01.jpg');
  const isWanted = toPhotoFilter('frontal_*');
  expect(await readCorpus(folder, isWanted)).toMatchObject({
    otherFiles: 1,
    people: [{ person: 'a', files: ['frontal_01.jpg', 'frontal_02.jpg'] }],
  });
  await expect(readCorpus(folder, toPhotoFilter('front_*'))).rejects.toThrow(/contains no photos/);
  expect(['a.jpg', 'axjpg', 'a.jpg.png'].map(toPhotoFilter('a.*g'))).toEqual([true, false, true]);
  expect(toPhotoFilter('*')('anything')).toBe(true);
});

test.each([
  ['is missing', async () => join(folder, 'missing'), /Folder not found: /],
  ['is empty', async () => folder, /contains no photos/],
] as const)('a folder that %s is refused', async (_, prepare, message) => {
  const target = await prepare();
  await expect(readCorpus(target)).rejects.toThrow(BadInput);
  await expect(readCorpus(target)).rejects.toThrow(message);
});

test('folders of sources are found by name with their people, also as links; folders without photos are ignored', async () => {
  await put('east/a', '1.jpg', '2.jpg');
  await put('east/b', '1.jpg', 'notes.txt');
  await put('away/a', '1.jpg');
  await put('empty/none');
  await put('.hidden/a', '1.jpg');
  await writeFile(join(folder, 'README.md'), '');
  await symlink(join(folder, 'east'), join(folder, 'link'));
  expect(
    (await readSources(folder))!.map(({ source, people, otherFiles }) => [source, people.length, otherFiles]),
  ).toEqual([
    ['away', 1, 0],
    ['east', 2, 1],
    ['link', 2, 1],
  ]);
  expect((await readSources(folder))![1]!.folder).toBe(join(folder, 'east'));
});
