import type { DoorTexts } from './texts.js';

export const en: DoorTexts = {
  name: 'English',
  title: 'Your face check',
  text: 'See your stored data and every face check, and end what you don’t want. First confirm it’s you.',
  whose: 'Where is your account?',
  faceTitle: 'With your face',
  userName: 'Username',
  faceCheck: 'Continue to the face check',
  signInTitle: 'With your sign-in',
  signInText: 'If you can’t or don’t want to use your face.',
  signIn: (organisation) => (organisation === null ? 'Sign in' : `Sign in at ${organisation}`),
  refused: {
    face: 'The face check failed. Try again, or use another way.',
    over: 'That took too long, or was started in another browser. Please start again.',
    'sign-in': 'The sign-in was not finished. Please try again.',
    unknown: 'You are signed in with an account that has no page here.',
    down: 'A required service does not respond. Please try again in a moment.',
    later: 'Too many attempts. Try again in a few minutes.',
  },
  languages: 'Language',
};
