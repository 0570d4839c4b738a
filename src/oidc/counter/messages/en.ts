import type { CounterTexts } from './texts.js';

export const en: CounterTexts = {
  startTitle: 'A check at a counter',
  startText: 'Type the code that the counter shows.',
  code: 'Code of the counter',
  orShow: 'Show a code to the counter instead',
  openTitle: (name) => `${name} wants to know that it is you`,
  openText:
    'Go on only if you are standing there now. You will be asked who you are, and to look into the camera. Whatever else the counter wants to know, you are asked for.',
  isHere: 'I am standing there: go on',
  numbersTitle: 'Two numbers',
  tell: 'Tell the counter this number:',
  choose: 'Which number does the counter tell you?',
  none: 'None of these',
  shownTitle: 'Show this to the counter',
  shownText: 'They scan it, or you read out the digits. It is good once, for three minutes.',
  picture: 'Your code, to be scanned',
  wasRead: 'They have it: go on',
  doneTitle: 'Done',
  doneText: (name) => `${name} sees the result for one minute.`,
  doneNumber: 'If they ask for it, your number is',
  endedTitle: 'This check has ended',
  endedText: 'Nothing about you was told. Ask at the counter for a new code.',
  goneTitle: 'This code is no longer good',
  goneText: 'It has ended, or was opened in another browser. Ask at the counter for a new one.',
  busyTitle: 'Not right now',
  busyText: 'Try again in a minute.',
};
