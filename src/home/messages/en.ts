import type { DoorTexts } from './texts.js';

export const en: DoorTexts = {
  name: 'English',
  title: 'Your own page',
  text: 'See what is kept of you and every check of your face, and end what you do not want any more. First show that it is you.',
  whose: 'Where do you have your account?',
  faceTitle: 'With your face',
  userName: 'User name',
  faceCheck: 'Go on to the face check',
  signInTitle: 'With your sign-in',
  signInText: 'If you cannot or do not want to show your face.',
  signIn: (organisation) => (organisation === null ? 'Sign in' : `Sign in at ${organisation}`),
  refused: {
    face: 'The face check did not pass. Try again, or choose another way.',
    over: 'That took too long, or was begun in another browser. Please begin again.',
    'sign-in': 'The sign-in was not finished. Please try again.',
    unknown: 'You are signed in, but with an account that has no page here.',
    down: 'Something that is needed does not answer. Please try again in a moment.',
    later: 'There were too many tries. Please wait a few minutes.',
  },
  languages: 'Language',
};
