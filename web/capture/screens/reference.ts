import { type Hint, hintOfReference } from '../../../src/core/hints.js';
import { openCamera } from '../camera.js';
import { actions, button, el, paragraph, yesOrNo } from '../dom.js';
import { readReference, takeReference } from '../picture.js';
import { UnusablePictures } from '../problem.js';
import { type Step, stillHere, type Tools } from '../step.js';
import type { View } from '../view.js';
import { waiting } from './sending.js';

/** Takes or reads a photo of an ID and has the server check it. If it is unusable, asks for another. */
export const reference: Step = async (view, { again }, tools) => {
  for (let hint = again?.hint ?? null; ; ) {
    const choice = await askForPhoto(hint, view, tools);
    const photo = choice === 'take' ? await photograph(tools) : await readReference(choice);
    if (photo === null) hint = choice === 'take' ? hint : 'reference_unreadable';
    else if (await askWhetherGood(photo, tools)) {
      hint = await checkPhoto(photo, tools);
      if (hint === null) return { referencePhoto: photo, again: null };
    }
  }
};

function askForPhoto(hint: Hint | null, { triesLeft }: View, { page }: Tools): Promise<File | 'take'> {
  return page.ask((words, choose) => {
    const input = el('input', { type: 'file', accept: 'image/*', hidden: true, 'aria-label': words.reference.choose });
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file !== undefined) choose(file);
    });
    return {
      screen: 'reference',
      heading: words.reference.heading,
      body: [
        hint === null ? null : paragraph(words.hints[hint], 'note'),
        hint === 'reference_unlike' ? paragraph(words.again.triesLeft({ tries: triesLeft })) : null,
        paragraph(words.reference.text, 'lead'),
        input,
        actions(
          button('plain', words.reference.choose, () => input.click()),
          button('quiet', words.reference.take, () => choose('take')),
        ),
      ],
    };
  });
}

async function photograph(tools: Tools): Promise<Blob | null> {
  const { page, interrupted } = tools;
  const camera = await openCamera(null, 'environment');
  try {
    await stillHere(tools);
    const answer = page.ask<boolean>((words, choose) => ({
      screen: 'reference-camera',
      heading: words.reference.cameraHeading,
      body: [
        paragraph(words.reference.cameraText, 'lead'),
        el('div', { class: 'stage unmirrored' }, camera.video),
        yesOrNo(choose, words.reference.shutter, words.back),
      ],
    }));
    return (await Promise.race([answer, camera.lost, interrupted])) ? await takeReference(camera.video) : null;
  } finally {
    camera.stop();
  }
}

async function askWhetherGood(photo: Blob, { page }: Tools): Promise<boolean> {
  const url = URL.createObjectURL(photo);
  try {
    return await page.ask<boolean>((words, choose) => ({
      screen: 'reference-photo',
      heading: words.reference.preview,
      body: [
        el('img', { class: 'reference', src: url, alt: words.reference.preview }),
        yesOrNo(choose, words.reference.use, words.reference.another),
      ],
    }));
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function checkPhoto(photo: Blob, { page, api }: Tools): Promise<Hint | null> {
  page.show((words) => waiting('reference-look', words));
  try {
    return await api.lookAtReference(photo);
  } catch (error) {
    if (error instanceof UnusablePictures) return hintOfReference[error.code];
    throw error;
  }
}
