import { openCamera } from '../camera.js';
import { actions, button, el, paragraph } from '../dom.js';
import { readReference, takeReference } from '../picture.js';
import { decline, type Step, type Tools } from '../step.js';

/** A photo of an ID, from a file or by the camera, seen by the person before it is used. */
export const reference: Step = async (_view, _facts, tools) => {
  for (;;) {
    const choice = await askForPhoto(tools);
    if (choice === 'decline') return decline(tools);
    const photo = choice === 'take' ? await photograph(tools) : await readReference(choice);
    if (photo !== null && (await askWhetherGood(photo, tools))) return { referencePhoto: photo };
  }
};

function askForPhoto({ page }: Tools): Promise<File | 'take' | 'decline'> {
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
        paragraph(words.reference.text, 'lead'),
        input,
        actions(
          button('plain', words.reference.choose, () => input.click()),
          button('quiet', words.reference.take, () => choose('take')),
          button('faint', words.cannot, () => choose('decline')),
        ),
      ],
    };
  });
}

/** @returns `null` where the person goes back without a photo */
async function photograph({ page, interrupted }: Tools): Promise<Blob | null> {
  const camera = await openCamera(null, 'environment');
  try {
    const asked = page.ask<boolean>((words, choose) => ({
      screen: 'reference-camera',
      heading: words.reference.cameraHeading,
      body: [
        paragraph(words.reference.cameraText, 'lead'),
        el('div', { class: 'stage unmirrored' }, camera.video),
        actions(
          button('plain', words.reference.shutter, () => choose(true)),
          button('quiet', words.back, () => choose(false)),
        ),
      ],
    }));
    return (await Promise.race([asked, camera.lost, interrupted])) ? await takeReference(camera.video) : null;
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
        actions(
          button('plain', words.reference.use, () => choose(true)),
          button('quiet', words.reference.another, () => choose(false)),
        ),
      ],
    }));
  } finally {
    URL.revokeObjectURL(url);
  }
}
