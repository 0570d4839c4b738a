import { z } from 'zod';

const nameGuard = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected a-z, 0-9 and hyphens, 40 at most');
const wordsGuard = z.string().min(1).max(2000);
const partGuard = z.strictObject({ name: nameGuard, title: z.string().min(1).max(100), prepare: wordsGuard });

const isDistinct = (parts: readonly { readonly name: string }[]): boolean =>
  new Set(parts.map(({ name }) => name)).size === parts.length;
const partsGuard = z.array(partGuard).min(1).max(20).refine(isDistinct, 'expected names that differ');

/** Species for presentations by real users. All other species are attacks. */
export const liveSpecies = 'live';

/** Placeholder in the default plan. `start` refuses a plan that still has it. */
export const contactPlaceholder = 'REPLACE THIS: who runs the test, and how people reach them';

export const planGuard = z.strictObject({
  responsible: z.string().min(1).max(300),
  keepDays: z.int().min(1).max(365),
  presentations: z.int().min(1).max(100),
  species: partsGuard,
  lights: partsGuard,
  devices: partsGuard,
});
export type Plan = z.output<typeof planGuard>;

/** Returns the tests on one device, ordered by light so that the tester rarely has to change it. */
export const cellsOf = ({ lights, species }: Plan) =>
  lights.flatMap((light) => species.map((each) => ({ species: each, light })));

const frontal =
  'one person, looking straight ahead, both eyes open, nothing over the face, with the whole head in the picture and even light';

export const defaultPlan: Plan = {
  responsible: contactPlaceholder,
  keepDays: 30,
  presentations: 3,
  species: [
    {
      name: liveSpecies,
      title: 'Yourself',
      prepare: 'Nothing. Sit before the camera as you would to sign in, and make the movements yourself.',
    },
    {
      name: 'print',
      title: 'A print, held flat',
      prepare: `Print a photo of yourself on plain A4 paper, in colour, so that the face is about 15 cm wide: ${frontal}. Hold it flat in front of the camera, and tilt it to each side as requested.`,
    },
    {
      name: 'bent-print',
      title: 'A print, bent',
      prepare:
        'The same print, bent about its upright axis like the front of a head (a bottle of 15 to 20 cm behind it helps). Turn and tilt it as requested.',
    },
    {
      name: 'mask',
      title: 'A mask of paper',
      prepare:
        'The same print, cut out along the face, with holes for your eyes, worn in front of your own face. Make the movements with it.',
    },
    {
      name: 'phone-replay',
      title: 'A recording, on a phone',
      prepare:
        'Film yourself with a phone in even light, looking straight ahead and then to your left, to your right, up, down, each for two seconds and back to the middle. Play it on a phone at full brightness, held so that the face fills the oval. Move to the requested part as fast as you can.',
    },
    {
      name: 'monitor-replay',
      title: 'A recording, on a monitor',
      prepare:
        'Play the same recording on a monitor or a laptop at full brightness, and hold the camera in front of it so that no edge of the monitor shows. Move to the requested part as fast as you can.',
    },
  ],
  lights: [
    { name: 'office', title: 'Office light', prepare: 'The lamps of the room on, no sun on the face.' },
    { name: 'dim', title: 'Dim light', prepare: 'Lamps off and curtains closed: just enough light to read.' },
    { name: 'window', title: 'Bright light', prepare: 'By day, near a window that is in front of you or to one side.' },
  ],
  devices: [
    { name: 'computer', title: 'A computer with a camera', prepare: 'A laptop, or a monitor with a camera on top.' },
    { name: 'phone', title: 'A phone', prepare: 'Held in the hand, or leaned against something.' },
  ],
};
