import { acceptAnyPhotos } from '../../src/enrolment/earlier-frames.js';
import { enrolSubject } from '../../src/enrolment/enrol.js';
import { checkFace } from '../../src/step-up/complete.js';
import { testShare } from '../data/share.js';
import { drawPhoto } from '../fakes/simulated-engine.js';

type Enrolment = Parameters<typeof enrolSubject>[0];
type Check = Parameters<typeof checkFace>[0];

/** Returns three drawn pictures of a person, from picture `first` on. */
export const drawThree = (person: string, first = 1) => [0, 1, 2].map((at) => drawPhoto(person, first + at));

/** Enrols three drawn pictures of a person, unless `about` says otherwise. */
export const enrolDrawn = (
  about: Pick<Enrolment, 'connection' | 'subject'> & Partial<Enrolment>,
  deps: Parameters<typeof enrolSubject>[1],
) =>
  enrolSubject(
    {
      photos: drawThree(about.subject),
      secret: null,
      consent: { statement: 'Face sign-in', givenAt: deps.clock.now() },
      proof: 'photos_of_client',
      mayReplace: true,
      share: testShare,
      ...about,
    },
    deps,
  );

/** Compares a drawn picture of a person with their enrolment, unless `about` says otherwise. */
export const checkDrawn = (
  about: Pick<Check, 'connection' | 'subject'> & Partial<Check>,
  deps: Parameters<typeof checkFace>[1],
) =>
  checkFace(
    {
      callerHeldToken: null,
      photos: [drawPhoto(about.subject, 9)],
      secret: null,
      judged: null,
      anonymousSource: null,
      countsAs: 'sign_in',
      application: null,
      stepUp: null,
      guard: acceptAnyPhotos,
      share: testShare,
      allowRenewal: true,
      ...about,
    },
    deps,
  );
